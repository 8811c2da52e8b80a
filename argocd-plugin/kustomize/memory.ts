import { readFileSync } from "node:fs";

/** So often, a program that takes a gigabyte in a second is caught below some 50 MiB more. */
const EVERY_MS = 20;

/**
 * Calls `over` once a process takes more than `bytes` of memory. Linux only: elsewhere nothing is known, and it is never called.
 *
 * @returns stops looking.
 */
export function watchMemory(pid: number | undefined, bytes: number, over: () => void): () => void {
  const timer = setInterval(() => {
    if (residentBytes(pid) <= bytes) return;
    clearInterval(timer);
    over();
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/** 0 where nothing is known. */
function residentBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
