/** The one file that knows `kpt-functions`, whose TypeScript side is frozen upstream. */
import type { Configs as KptConfigs, KubernetesObject } from "kpt-functions";
import type { Manifest } from "../../core/manifest.ts";

export interface KrmInput {
  items: Manifest[];
  /** `functionConfig` of the ResourceList. */
  config: Manifest | undefined;
}

/** As the KRM Functions Specification has it. */
export interface KrmResult {
  severity: "error" | "warning" | "info";
  message: string;
  resourceRef?: { apiVersion: string; kind: string; name: string; namespace?: string };
  field?: { path: string };
  file?: { path: string; index?: number };
  tags?: Record<string, string>;
}

export interface KrmOutput {
  items: Manifest[];
  results: KrmResult[];
}

export type KrmFunction = (input: KrmInput) => KrmOutput;

// n.b. The import puts another console in place of Node's, which writes to stderr.
const own = globalThis.console;
const { Configs, runFnWithConfigs } = await import("kpt-functions");
globalThis.console = own;

/**
 * Runs a function as kpt does: its items in a `Configs`, out of which come the items that it leaves there.
 *
 * n.b. A `Configs` keeps the last of two equal objects and says nothing: whoever calls has looked for them.
 */
export async function runWithKpt(
  krmFunction: KrmFunction,
  usage: string,
  input: KrmInput,
): Promise<KrmOutput> {
  const configs = new Configs(input.items, input.config);
  // n.b. kpt's own results say `warn` where the specification says `warning`, so ours do not pass through them.
  let results: KrmResult[] = [];
  const kptFunction = Object.assign(
    (all: KptConfigs): Promise<void> => {
      const output = krmFunction({ items: all.getAll() as Manifest[], config: input.config });
      all.deleteAll();
      all.insert(...(output.items as KubernetesObject[]));
      results = output.results;
      return Promise.resolve();
    },
    { usage },
  );
  await runFnWithConfigs(kptFunction, configs);
  return { items: configs.getAll() as Manifest[], results };
}
