import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(import.meta.url);

const PROGRAMS = {
  plugin: { source: "../argocd-plugin/main.ts", bundle: "plugin.mjs" },
  function: { source: "../functions/asyncactor/main.ts", bundle: "function.mjs" },
} as const;

/** The file that Node runs for one of our programs: its source beside this one, or its bundle beside this bundle. */
export function programFile(name: keyof typeof PROGRAMS): string {
  const { source, bundle } = PROGRAMS[name];
  return join(dirname(HERE), HERE.endsWith(".ts") ? source : bundle);
}
