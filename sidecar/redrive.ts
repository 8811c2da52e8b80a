import { writeFileSync } from "node:fs";
import type { Environment } from "../core/env.ts";
import { connectTransport } from "../transports/clients.ts";
import { redriven } from "./redriven.ts";
import { readSettings } from "./settings.ts";

/** Where Kubernetes reads a container's last words. */
const TERMINATION_LOG = "/dev/termination-log";

/**
 * Moves the actor's dead letters back into its queue, with all attempts before them again.
 *
 * @returns how many.
 * @throws {SettingError | QueueNotFound | MessageTooLarge | TransportError}
 */
export async function redrive(env: Environment, say: (line: string) => void = sayLast): Promise<number> {
  const { actor } = readSettings(env);
  const problems: Error[] = [];
  const transport = await connectTransport(env, { actor, onProblem: (problem) => problems.push(problem) });
  try {
    const moved = await transport.redrive(redriven);
    say(`moved ${moved} dead letters of ${actor} back into its queue`);
    return moved;
  } catch (error) {
    const reason = problems.at(-1)?.message ?? (error as Error).message;
    say(`dead letters of ${actor} were not all moved: ${reason}`);
    throw error;
  } finally {
    await transport.close();
  }
}

function sayLast(line: string): void {
  process.stdout.write(`asya-sidecar: ${line}\n`);
  try {
    writeFileSync(TERMINATION_LOG, line, { flag: "r+" });
  } catch {
    // Not in a container.
  }
}
