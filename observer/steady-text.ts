const MAX_LENGTH = 600;

/** A message of Kubernetes without what changes while the cause stays: pauses, ports of a connection, ids of pods. */
export function steadyText(message: string): string {
  const text = message
    .replace(/^Back-off pulling image "[^"]*"(: (ErrImagePull|ErrImageNeverPull|\w+): )?/, "")
    .replace(/ ?\(pod: "[^"]*", container: [^)]*\)/g, "")
    .replace(/back-off \S+ restarting failed container=\S+ pod=\S+/g, "")
    .replace(/(\d{1,3}(?:\.\d{1,3}){3}|\]):\d{4,5}->/g, "$1->")
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "...")
    .replace(/\s+/g, " ")
    .trim();
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 3)}...`;
}

/**
 * Why the scheduler finds no node, without the numbers of nodes, which change with every node that comes or goes:
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: ...`
 * becomes `Insufficient cpu; node(s) were unschedulable`.
 */
export function schedulingReasons(message: string): string {
  const [, reasons] =
    /^\d+\/\d+ nodes are available: (.*?)(?:\. preemption: .*|\. no new claims .*|\.?)$/s.exec(message) ?? [];
  if (reasons === undefined) return steadyText(message);
  const each = reasons
    .split(/, (?=\d+ )/)
    .map((reason) => reason.replace(/^\d+ /, "").replace(/\.$/, "").trim())
    .filter((reason) => reason !== "");
  return steadyText([...new Set(each)].sort().join("; "));
}
