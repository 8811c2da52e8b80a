import { buildStale } from "../scripts/build.ts";

/** Tests that start a program start the bundle that is shipped; vitest calls this once before all files. */
export async function setup(): Promise<void> {
  await buildStale();
}
