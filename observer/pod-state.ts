import type { PodState } from "../core/pod-state.ts";

export interface PodProblem {
  state: PodState;
  /** Unset where the pod as a whole is meant. */
  container?: string;
  /** Kubernetes' own reason and text, and what to do. The same text as long as the same thing is wrong. */
  message: string;
  /** How long it must last before it is one; unset = at once. */
  settlesAfterMs?: number;
}
