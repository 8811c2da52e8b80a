import { type Environment, SettingError } from "../core/env.ts";
import { didYouMean } from "../core/suggest.ts";
import type { ConnectOptions, MessageTransport } from "./messages.ts";

type Connect = (env: Environment, options: ConnectOptions) => Promise<MessageTransport>;

/** Imported when chosen: a broker's library costs memory and start-up time. */
const CONNECT = {
  local: async (env, options) => {
    const [{ connectLocal }, { fromEnv }] = await Promise.all([
      import("./local/client.ts"),
      import("./local/settings.ts"),
    ]);
    return connectLocal(fromEnv(env), options);
  },
  rabbitmq: async (env, options) => {
    const [{ connectRabbitmq }, { fromEnv }] = await Promise.all([
      import("./rabbitmq/client.ts"),
      import("./rabbitmq/settings.ts"),
    ]);
    return connectRabbitmq(fromEnv(env), options);
  },
  sqs: async (env, options) => {
    const [{ connectSqs }, { fromEnv }] = await Promise.all([
      import("./sqs/client.ts"),
      import("./sqs/settings.ts"),
    ]);
    return connectSqs(fromEnv(env), options);
  },
} as const satisfies Record<string, Connect>;

export type ClientType = keyof typeof CONNECT;

/**
 * The transport that `ASYA_TRANSPORT` names (default rabbitmq), with the settings of its own variables. Does not wait for
 * the broker: until it answers `connected` is false and sends fail or wait.
 *
 * @throws {SettingError}
 */
export async function connectTransport(env: Environment, options: ConnectOptions): Promise<MessageTransport> {
  const type = clientType(env);
  return await CONNECT[type](env, options);
}

/** @throws {SettingError} */
export function clientType(env: Environment): ClientType {
  const text = env["ASYA_TRANSPORT"];
  if (text === undefined || text === "") return "rabbitmq";
  const types = Object.keys(CONNECT) as ClientType[];
  const type = types.find((candidate) => candidate === text);
  if (type !== undefined) return type;
  const hint = didYouMean(text, types, `known: ${types.join(", ")}`);
  throw new SettingError("ASYA_TRANSPORT", `names no transport, got ${JSON.stringify(text)} - ${hint}`);
}
