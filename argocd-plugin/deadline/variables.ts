import { type Environment, goDurationMs, SettingError, textOf } from "../../core/env.ts";
import { KUSTOMIZE_VARIABLE } from "../kustomize/program.ts";

/** What the environment of the plugin's container says, for the code and docs/settings.md. */
export const PLUGIN_VARIABLES = {
  deadline: {
    name: "ASYA_PLUGIN_DEADLINE",
    type: "duration such as 1m30s",
    fallback: "50s",
    doc: "a generate that takes longer ends with 1 and says what took so long; Argo CD kills it after 60s and says nothing",
  },
  kustomize: {
    name: KUSTOMIZE_VARIABLE,
    type: "file",
    fallback: undefined,
    doc: "the kustomize that builds a folder with a kustomization; unset = the one in PATH, where there is one",
  },
} as const;

const MAX_MS = 2 ** 31 - 1;

/** @throws {SettingError} for what is no duration above 0. */
export function deadlineMs(env: Environment): number {
  const { name, fallback } = PLUGIN_VARIABLES.deadline;
  const text = textOf(env, name) ?? fallback;
  const ms = goDurationMs(name, text);
  if (ms > 0 && ms <= MAX_MS) return ms;
  throw new SettingError(name, `must be above 0 and at most ${MAX_MS}ms, got ${JSON.stringify(text)}`);
}
