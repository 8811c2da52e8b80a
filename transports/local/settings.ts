import { type Environment, requiredText } from "../../core/env.ts";

export interface LocalSettings {
  /** The file that is the broker; every process that opens it sees the same queues. */
  file: string;
}

/** @throws {SettingError} */
export function fromEnv(env: Environment): LocalSettings {
  return { file: requiredText(env, "ASYA_LOCAL_FILE") };
}
