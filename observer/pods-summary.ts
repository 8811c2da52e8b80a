import { POD_STATES, type PodState } from "../core/pod-state.ts";
import { hasEnded, isLeaving, isReady, type Pod } from "./pod.ts";
import { podProblem, type PodEvent } from "./pod-problem.ts";
import type { PodProblem } from "./pod-state.ts";

/** `status.observed.pods`: the same bytes as long as the same is true. */
export interface PodsSummary {
  total: number;
  ready: number;
  failing: number;
  problems: ListedProblem[];
}

export interface ListedProblem {
  state: PodState;
  /** Pods with it. */
  count: number;
  /** One of them. */
  pod: string;
  container?: string;
  message: string;
}

export interface FoundProblem {
  pod: Pod;
  problem: PodProblem;
}

const MAX_LISTED = 8;

/** Each pod's problem. One that ended counts until a later one is ready. */
export function problemsOf(
  pods: readonly Pod[],
  eventsOf: (pod: Pod) => readonly PodEvent[],
): FoundProblem[] {
  const newestReady = pods
    .filter((pod) => isReady(pod) && !isLeaving(pod))
    .map((pod) => pod.metadata.creationTimestamp ?? "")
    .reduce((newest, time) => (time > newest ? time : newest), "");
  return pods.flatMap((pod) => {
    if (hasEnded(pod) && (pod.metadata.creationTimestamp ?? "") <= newestReady) return [];
    const problem = podProblem(pod, eventsOf(pod));
    return problem === undefined ? [] : [{ pod, problem }];
  });
}

export function summarize(pods: readonly Pod[], found: readonly FoundProblem[]): PodsSummary {
  const living = pods.filter((pod) => !hasEnded(pod) && !isLeaving(pod));
  return {
    total: living.length,
    ready: living.filter(isReady).length,
    failing: found.length,
    problems: listed(found),
  };
}

function listed(found: readonly FoundProblem[]): ListedProblem[] {
  const groups = Map.groupBy(found, ({ problem }) =>
    JSON.stringify([POD_STATES.indexOf(problem.state), problem.container ?? "", problem.message]),
  );
  return [...groups.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .slice(0, MAX_LISTED)
    .flatMap(([, members]) => {
      const [first] = members;
      if (first === undefined) return [];
      const { state, container, message } = first.problem;
      const pod = members.map((member) => member.pod.metadata.name).sort()[0] ?? "";
      return [
        {
          state,
          count: members.length,
          pod,
          ...(container === undefined ? {} : { container }),
          message: message.replace(" POD ", ` ${pod} `),
        },
      ];
    });
}
