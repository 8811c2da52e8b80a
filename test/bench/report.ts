import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";

/** Three digits that count. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** Figures as JSON, with the machine that they belong to. */
export async function writeFigures(file: string, figures: object): Promise<void> {
  const machine = { node: process.version, processors: cpus().length, model: cpus()[0]?.model };
  await writeFile(file, `${JSON.stringify({ machine, ...figures }, null, 2)}\n`);
  console.log(`written to ${file}`);
}
