import { resolve } from "node:path";
import type { Environment } from "../core/env.ts";
import { findRuntime, installRuntime } from "./install-runtime.ts";

const HELP = `Usage: asya-sidecar                      moves messages between queue and runtime until SIGTERM;
                                         settings are variables of the environment: docs/settings.md
       asya-sidecar redrive              moves the actor's dead letters back into its queue; settings as above
       asya-sidecar install-runtime DIR  copies the runtime's one file into DIR
`;

/** @returns the exit status. */
export async function runProgram(argv: readonly string[], env: Environment): Promise<number> {
  try {
    const [command, ...operands] = argv;
    if (command === undefined) {
      const { serve } = await import("./serve.ts");
      await serve(env);
      return 0;
    }
    if (command === "-h" || command === "--help") {
      process.stdout.write(HELP);
      return 0;
    }
    if (command === "install-runtime" && operands.length === 1) {
      const installed = installRuntime(findRuntime(runtimeFolders()), operands[0]!);
      process.stdout.write(`asya-sidecar: installed ${installed}\n`);
      return 0;
    }
    if (command === "redrive" && operands.length === 0) {
      const { redrive } = await import("./redrive.ts");
      await redrive(env);
      return 0;
    }
    process.stderr.write(`asya-sidecar: what does ${JSON.stringify(argv.join(" "))} mean?\n${HELP}`);
    return 2;
  } catch (error) {
    process.stderr.write(`asya-sidecar: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** Beside the bundle; in a checkout, the room next door. */
function runtimeFolders(): string[] {
  return [import.meta.dirname, resolve(import.meta.dirname, "../runtime")];
}
