import { pino } from "pino";
import { assemble } from "../../sidecar/serve.ts";
import { readSettings } from "../../sidecar/settings.ts";
import type { LocalBroker } from "../../transports/local/client.ts";

/** A sidecar in this process: queues in memory are nobody else's. */
export async function sidecarHere(broker: LocalBroker, env: Record<string, string>) {
  const settings = readSettings({ ...env, ASYA_TRANSPORT: "local" });
  const transport = broker.connect({ actor: settings.actor });
  const sidecar = assemble(settings, transport, pino({ level: "silent" }));
  const done = sidecar.loop.run();
  return {
    async stop() {
      sidecar.stop();
      await done;
      await sidecar.close();
    },
  };
}
