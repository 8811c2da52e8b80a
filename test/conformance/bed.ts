import type { Environment } from "../../core/env.ts";
import type { ConnectOptions, MessageTransport } from "../../transports/messages.ts";

export interface QueueOptions {
  leaseMs?: number;
  maxDeliveries?: number;
}

/** What there is to test beyond what every transport can do. */
export interface Abilities {
  /** Its queues are outside this process. */
  outliveProcesses: boolean;
  loseConnections: boolean;
  /** The broker keeps its messages while it does not run. */
  restart: boolean;
  /** Messages of the load test: as many as it takes in about 3 seconds. */
  load: number;
}

/** A broker that runs, and what it can do: the suite tests no less than that. */
export interface Bed {
  /** Makes the actor's queue with its dead letters. */
  declare(actor: string, options?: QueueOptions): Promise<void>;
  connect(options: ConnectOptions): Promise<MessageTransport>;
  /** Messages in the actor's dead-letter queue. */
  deadLetters(actor: string): Promise<number>;
  /** Messages in the actor's queue, in hand and delayed ones too. */
  depth(actor: string): Promise<number>;
  /** For another process to connect with. */
  env: Environment;
  /** Breaks every connection of this bed's transports once; returns how many. */
  cut(): number;
  /** Stops the broker as hard as can be and starts it again. */
  restart(): Promise<void>;
  /** How late a delayed message may come. */
  delaySlackMs: number;
  maxMessageBytes: number;
  close(): Promise<void>;
}

/** A server that this machine cannot run: says which command would help. */
export class MissingServer extends Error {
  override readonly name = "MissingServer";
}

/** The server, or why this machine cannot run it; with CI=true that is a failure. */
export async function openOrMissing<Server>(
  name: string,
  start: () => Promise<Server>,
): Promise<Server | MissingServer> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof MissingServer) || process.env["CI"] !== undefined) throw error;
    console.warn(`${name}: skipped: ${error.message}`);
    return error;
  }
}

/** For an ability that a bed does not have: its tests are not there. */
export function cannot(): never {
  throw new Error("this bed cannot do that");
}
