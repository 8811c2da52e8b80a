import type { Environment } from "../../core/env.ts";
import { connectTransport } from "../../transports/clients.ts";
import { type MessageTransport, TransportError } from "../../transports/messages.ts";
import type { Place } from "./environment.ts";
import type { LocalActor } from "./local-actor.ts";

/** Messages of a run that was killed come back after so long. */
const LEASE_MS = 10_000;

export type TransportType = Place["transport"]["type"];

const HOW_TO_NAME: Readonly<Record<TransportType, string>> = {
  local: "name another folder with --state",
  rabbitmq: "name your broker by ASYA_RABBITMQ_HOST, _PORT, _USERNAME, _PASSWORD",
  sqs: "name yours by ASYA_SQS_ENDPOINT or ASYA_AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
};

/**
 * Makes the actors' queues, and opens the way into them.
 *
 * @param env - of any of the sidecars: it names the broker.
 * @throws {Error} where the broker cannot be reached or refuses a queue, or the actors are rendered for another transport.
 */
export async function openQueues(
  type: TransportType,
  actors: readonly LocalActor[],
  env: Environment,
  onProblem: (problem: Error) => void,
): Promise<MessageTransport> {
  await declareQueues(type, actors, env).catch((cause: unknown) => {
    if (!(cause instanceof TransportError)) throw cause;
    throw new Error(`${cause.message} - ${HOW_TO_NAME[type]}`, { cause });
  });
  return await connectTransport(env, { actor: undefined, onProblem });
}

async function declareQueues(type: TransportType, actors: readonly LocalActor[], env: Environment) {
  if (type === "local") {
    const { LocalBroker } = await import("../../transports/local/client.ts");
    const broker = new LocalBroker(env["ASYA_LOCAL_FILE"]);
    for (const { name } of actors) broker.declare(name, { leaseMs: LEASE_MS });
    return broker.close();
  }
  const stranger = actors.find(({ transportType }) => transportType !== type);
  if (stranger !== undefined) {
    throw new Error(
      `--transport ${type}: ${stranger.name} is rendered for ${stranger.transportType} - name that, or leave it out (local queues)`,
    );
  }
  const objects = actors.flatMap(({ objects }) => objects);
  if (type === "rabbitmq") {
    const [{ declareObjects }, { fromEnv }] = await Promise.all([
      import("../../transports/rabbitmq/client-declare.ts"),
      import("../../transports/rabbitmq/settings.ts"),
    ]);
    return await declareObjects(fromEnv(env), objects);
  }
  const [{ declareObjects }, { fromEnv }] = await Promise.all([
    import("../../transports/sqs/client-declare.ts"),
    import("../../transports/sqs/settings.ts"),
  ]);
  return await declareObjects(fromEnv(env), objects);
}
