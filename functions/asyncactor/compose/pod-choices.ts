import { type Finding, quoteValue } from "../../../core/finding.ts";
import { entriesOf, isSet, memberOf, type Part, refused } from "./pod-walk.ts";

const HANDLERS = ["exec", "grpc", "httpGet", "tcpSocket"];
const HOOK_HANDLERS = ["exec", "httpGet", "sleep", "tcpSocket"];
const VALUE_SOURCES = ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"];
/** Volumes whose source cannot be without a name. */
const NAMED_SOURCES = [
  ["configMap", "name"],
  ["secret", "secretName"],
] as const;

/** Where a container must choose one of several things, and has none or two. */
export function containerChoiceFindings(container: Part): Finding[] {
  return [
    ...entriesOf(container, "env").flatMap(variableFindings),
    ...["startupProbe", "readinessProbe", "livenessProbe"].flatMap((probe) => {
      const part = memberOf(container, probe);
      return part === undefined ? [] : probeFindings(part, probe);
    }),
    ...["postStart", "preStop"].flatMap((hook) => {
      const lifecycle = memberOf(container, "lifecycle");
      const part = lifecycle && memberOf(lifecycle, hook);
      return part === undefined ? [] : oneOf(part, HOOK_HANDLERS, "a handler");
    }),
  ];
}

/** A volume has one source; without any it is an emptyDir. */
export function volumeChoiceFindings(volume: Part): Finding[] {
  const [first, second] = Object.keys(volume.fields).filter(
    (key) => key !== "name" && isSet(volume.fields[key]),
  );
  if (first !== undefined && second !== undefined)
    return [refused(volume.path, `the volume has two sources, ${first} and ${second}`, "keep one")];
  return NAMED_SOURCES.flatMap(([source, field]) => {
    const part = memberOf(volume, source);
    if (part === undefined || isSet(part.fields[field])) return [];
    return [refused([...part.path, field], `the volume names no ${source}`, "set it")];
  });
}

function variableFindings(variable: Part): Finding[] {
  const { name, value } = variable.fields;
  const source = memberOf(variable, "valueFrom");
  if (source === undefined) return [];
  if (isSet(value) && value !== "")
    return [refused(source.path, `${quoteValue(name)} has a value and a valueFrom`, "keep one")];
  return oneOf(source, VALUE_SOURCES, "a source");
}

function probeFindings(probe: Part, name: string): Finding[] {
  const { successThreshold } = probe.fields;
  const found = oneOf(probe, HANDLERS, "a handler");
  // n.b. 0 counts as unset.
  if (
    name === "readinessProbe" ||
    !isSet(successThreshold) ||
    successThreshold === 0 ||
    successThreshold === 1
  )
    return found;
  const message = `must be 1 in a ${name} (got ${quoteValue(successThreshold)})`;
  return [...found, refused([...probe.path, "successThreshold"], message, "leave it out")];
}

function oneOf({ fields, path }: Part, choices: readonly string[], what: string): Finding[] {
  const chosen = choices.filter((choice) => isSet(fields[choice]));
  if (chosen.length === 1) return [];
  const list = choices.join(", ");
  return chosen.length === 0
    ? [refused(path, `needs ${what}`, `set one of ${list}`)]
    : [refused(path, `must have one of ${list} (got ${chosen.join(" and ")})`, "keep one")];
}
