import { LocalBroker } from "../../transports/local/client.ts";
import { localBed, localFileBed } from "../conformance/local-bed.ts";
import { sidecarHere } from "./sidecar-here.ts";
import { journeys } from "./suite.ts";

journeys("local queues in memory", async () => {
  const broker = new LocalBroker(undefined);
  return { bed: localBed(broker, undefined), startSidecar: (env) => sidecarHere(broker, env) };
});

journeys("local queues in a file", async () => ({ bed: await localFileBed() }));
