import { problemKey } from "./observation.ts";
import type { Pod } from "./pod.ts";
import type { FoundProblem } from "./pods-summary.ts";

/** Lets a problem count only once it has lasted as long as it must. */
export class Settling {
  /** By pod: which problem, and since when. */
  readonly #since = new Map<string, { key: string; sinceMs: number }>();

  /**
   * @param pods - all of an actor's; of those without a problem nothing is remembered.
   * @param said - what the status lists already: after a restart of the observer it need not last again.
   */
  settled(
    pods: readonly Pod[],
    found: readonly FoundProblem[],
    said: ReadonlySet<string>,
    nowMs: number,
  ): FoundProblem[] {
    const suffering = new Set(found.map(({ pod }) => pod.metadata.uid));
    for (const { metadata } of pods) if (!suffering.has(metadata.uid)) this.forgetPod(metadata.uid);
    return found.filter(({ pod, problem }) => {
      const key = problemKey(problem);
      const before = this.#since.get(pod.metadata.uid);
      const sinceMs = before?.key === key ? before.sinceMs : nowMs;
      this.#since.set(pod.metadata.uid, { key, sinceMs });
      return said.has(key) || nowMs - sinceMs >= (problem.settlesAfterMs ?? 0);
    });
  }

  forgetPod(uid: string): void {
    this.#since.delete(uid);
  }
}
