import { setFlagsFromString } from "node:v8";
import { answerAsChild } from "./processes.ts";
import { runServer } from "./program.ts";

// n.b. V8's new space grows to 48 MiB otherwise, for a few per cent of speed.
setFlagsFromString("--semi-space-growth-factor=1");

if (!answerAsChild()) process.exit(await runServer(process.argv.slice(2), new URL(import.meta.url)));
