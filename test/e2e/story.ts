const startedAt = performance.now();

/** One line of the story that a run tells: what holds now, in the words of those who use it. */
export function tell(line: string): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7);
  process.stdout.write(`${seconds} s  ${line}\n`);
}
