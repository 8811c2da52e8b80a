import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(import.meta.url);

const PROGRAMS = {
  plugin: { source: "../argocd-plugin/main.ts", bundle: "plugin.mjs" },
  function: { source: "../functions/asyncactor/main.ts", bundle: "function.mjs" },
  sidecar: { source: "../sidecar/main.ts", bundle: "sidecar.mjs" },
  runtime: { source: "../runtime/asya_runtime.py", bundle: "asya_runtime.py" },
  /** A folder: end actors import `handlers` from it. */
  crew: { source: "../crew", bundle: "crew" },
} as const;

/** The file that one of our programs is run from: its source beside this one, or its bundle beside this bundle. */
export function programFile(name: keyof typeof PROGRAMS): string {
  const { source, bundle } = PROGRAMS[name];
  return join(dirname(HERE), HERE.endsWith(".ts") ? source : bundle);
}

/** How this command line is called, for hints. */
export function invocation(): string {
  if (!HERE.endsWith(".ts")) return "asya";
  const root = dirname(dirname(HERE));
  const isInside = `${process.cwd()}/`.startsWith(`${root}/`);
  return isInside ? "npm run -s asya --" : `npm --prefix ${root} run -s asya --`;
}
