import type { MessageTransport } from "../../transports/messages.ts";
import type { Bed, QueueOptions } from "./bed.ts";

/** What a promise is tested with. */
export interface Fixture {
  bed: () => Bed;
  /** An actor of this test alone, with its queue. */
  actorWith: (options?: QueueOptions) => Promise<string>;
  /** A transport that is closed when the test ends. */
  connect: (actor: string | undefined, onProblem?: (problem: Error) => void) => Promise<MessageTransport>;
  promise: (title: string, body: () => Promise<void>, applies?: boolean) => void;
}
