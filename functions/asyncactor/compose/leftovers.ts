import { isObject } from "../../../core/json.ts";

type Fields = Record<string, unknown>;

/** Of these a probe has one, and a volume has one source, and a variable has a value or a reference. */
const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc"];
const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"];

/**
 * What would be left of somebody else's pod in ours, in words: server-side apply merges these lists by name, so it takes
 * no container or volume away, and puts our source of a volume beside theirs, which Kubernetes refuses (422).
 *
 * @param existing - `spec` of the pod template that runs.
 * @param wanted - the same of the one that would be applied over it.
 */
export function leftoversIn(existing: unknown, wanted: unknown): string[] {
  return [
    ...["containers", "initContainers"].flatMap((list) =>
      matched(existing, wanted, list).flatMap(({ name, theirs, ours }) =>
        ours === undefined ? [`container ${name}`] : containerLeftovers(name, theirs, ours),
      ),
    ),
    ...matched(existing, wanted, "volumes").flatMap(({ name, theirs, ours }) => {
      if (ours !== undefined && sameKeys(theirs, ours)) return [];
      const source = Object.keys(theirs).find((key) => key !== "name") ?? "emptyDir";
      return [`volume ${name} (${source})`];
    }),
  ];
}

function containerLeftovers(name: string, theirs: Fields, ours: Fields): string[] {
  const fields = ["command", "args"].filter((field) => field in theirs && !(field in ours));
  const probes = PROBES.filter(
    (probe) => handlerOf(theirs[probe]) !== handlerOf(ours[probe]) && probe in theirs,
  );
  const variables = matched(theirs, ours, "env").flatMap((variable) =>
    variable.ours !== undefined && "valueFrom" in variable.theirs !== "valueFrom" in variable.ours
      ? [`variable ${variable.name}`]
      : [],
  );
  return [...fields, ...probes, ...variables].map((what) => `${what} of container ${name}`);
}

function handlerOf(probe: unknown): string | undefined {
  return isObject(probe) ? HANDLERS.find((handler) => handler in probe) : undefined;
}

/** Entries of a list that exists, each with the wanted one of its name. */
function matched(
  existing: unknown,
  wanted: unknown,
  list: string,
): { name: string; theirs: Fields; ours: Fields | undefined }[] {
  const ours = new Map(named(wanted, list));
  return named(existing, list).map(([name, theirs]) => ({ name, theirs, ours: ours.get(name) }));
}

function named(parent: unknown, list: string): [string, Fields][] {
  const entries: unknown = isObject(parent) ? parent[list] : undefined;
  if (!Array.isArray(entries)) return [];
  return entries.filter(isObject).map((entry) => [String(entry["name"]), entry]);
}

function sameKeys(one: Fields, other: Fields): boolean {
  return Object.keys(one).sort().join() === Object.keys(other).sort().join();
}
