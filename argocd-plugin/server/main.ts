import { runServer } from "./program.ts";

process.exit(await runServer(process.argv.slice(2)));
