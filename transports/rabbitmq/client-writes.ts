import { Socket } from "node:net";
import type { ChannelModel } from "amqplib";

/**
 * Frames that are sent in one turn of the event loop go to the broker as one write.
 *
 * n.b. amqplib 2.3 makes a system call for each frame of a busy connection: a third of a sidecar's time at 1 KiB.
 */
export function gatherWrites(model: ChannelModel): void {
  const { stream } = model.connection as { stream?: unknown };
  if (!(stream instanceof Socket)) return;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (...args: unknown[]) => {
    if (stream.writableCorked === 0) {
      stream.cork();
      process.nextTick(() => stream.uncork());
    }
    return write(...args);
  };
}
