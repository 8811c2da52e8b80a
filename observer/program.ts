import type { Environment } from "../core/env.ts";

const HELP = `Usage: asya-observer    keeps the observed part of AsyncActors' status true until SIGTERM; its settings are
                        variables of the environment: observer/README.md
`;

/** @returns the exit status. */
export async function runProgram(argv: readonly string[], env: Environment): Promise<number> {
  if (argv.length === 1 && (argv[0] === "-h" || argv[0] === "--help")) {
    process.stdout.write(HELP);
    return 0;
  }
  if (argv.length > 0) {
    process.stderr.write(`asya-observer: what does ${JSON.stringify(argv.join(" "))} mean?\n${HELP}`);
    return 2;
  }
  try {
    const { serve } = await import("./serve.ts");
    await serve(env);
    return 0;
  } catch (error) {
    process.stderr.write(`asya-observer: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
