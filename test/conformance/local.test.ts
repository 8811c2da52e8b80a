import { LocalBroker } from "../../transports/local/client.ts";
import { localBed, localFileBed } from "./local-bed.ts";
import { conformance } from "./suite.ts";

const MEMORY = { outliveProcesses: false, loseConnections: false, restart: false, load: 2_000 };

conformance("local in memory", MEMORY, async () => localBed(new LocalBroker(undefined), undefined));

conformance("local in a file", { ...MEMORY, outliveProcesses: true }, localFileBed);
