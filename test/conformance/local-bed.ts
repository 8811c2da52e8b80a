import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadLetterQueueName, queueName } from "../../core/names.ts";
import { LocalBroker } from "../../transports/local/client.ts";
import { type Bed, cannot } from "./bed.ts";

/** A file of its own, gone when the bed is closed. */
export async function localFileBed(): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), "asya-local-"));
  const file = join(folder, "queues.db");
  const bed = localBed(new LocalBroker(file), file);
  return {
    ...bed,
    close: async () => {
      await bed.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** In a file each transport has a broker of its own, as if each were another process. */
export function localBed(broker: LocalBroker, file: string | undefined): Bed {
  const opened = [broker];
  return {
    declare: async (actor, options) => broker.declare(actor, options),
    connect: async (options) => {
      const own = file === undefined ? broker : new LocalBroker(file);
      opened.push(own);
      return own.connect(options);
    },
    deadLetters: async (actor) => broker.depth(deadLetterQueueName(queueName(actor))).ready,
    depth: async (actor) => {
      const { ready, hidden } = broker.depth(queueName(actor));
      return ready + hidden;
    },
    env: { ASYA_TRANSPORT: "local", ASYA_LOCAL_FILE: file },
    cut: cannot,
    restart: cannot,
    delaySlackMs: 500,
    maxMessageBytes: 64 * 1024 * 1024,
    close: async () => {
      for (const own of opened) own.close();
    },
  };
}
