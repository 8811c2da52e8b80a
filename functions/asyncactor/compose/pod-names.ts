import { type FieldPath, type Finding, quoteValue } from "../../../core/finding.ts";
import { entriesOf, type Fields, memberOf, type Part, refused } from "./pod-walk.ts";

const LABEL_NAME = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/;
const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;
const VARIABLE_NAME = /^[\x20-\x3c\x3e-\x7e]+$/;

const LOWER_CASE = "lower-case letters, digits and -";

/** Names in a pod that Kubernetes would refuse, and names that are given twice. */
export function podNameFindings(pod: Part, metadata: Part | undefined): Finding[] {
  const containers = ["initContainers", "containers"].flatMap((list) => entriesOf(pod, list));
  return [
    ...labelFindings(metadata && memberOf(metadata, "labels")),
    ...annotationFindings(metadata && memberOf(metadata, "annotations")),
    ...labelFindings(memberOf(pod, "nodeSelector")),
    ...["serviceAccountName", "priorityClassName", "runtimeClassName"].flatMap((field) =>
      nameFindings(pod.fields, field, [...pod.path, field], DNS_NAME, `${LOWER_CASE}, 253 at most`),
    ),
    ...named(containers, DNS_LABEL),
    ...named(entriesOf(pod, "volumes"), DNS_LABEL),
    ...twice(containers, "name", "container"),
    ...containers.flatMap((container) => [
      ...portFindings(entriesOf(container, "ports")),
      ...entriesOf(container, "env").flatMap(({ fields, path }) =>
        nameFindings(fields, "name", [...path, "name"], VARIABLE_NAME, "printable ASCII without ="),
      ),
    ]),
  ];
}

function named(parts: readonly Part[], form: RegExp): Finding[] {
  return parts.flatMap(({ fields, path }) =>
    nameFindings(fields, "name", [...path, "name"], form, `${LOWER_CASE}, 63 at most`),
  );
}

function portFindings(ports: readonly Part[]): Finding[] {
  return [
    ...ports.flatMap(({ fields, path }) => [
      ...nameFindings(fields, "name", [...path, "name"], PORT_NAME, `${LOWER_CASE}, 15 at most`),
      ...["containerPort", "hostPort"].flatMap((field) => {
        const port = fields[field];
        const none = field === "hostPort" && port === 0;
        if (typeof port !== "number" || none || (port >= 1 && port <= 65_535)) return [];
        return [refused([...path, field], `must be from 1 to 65535 (got ${port})`, "correct it")];
      }),
    ]),
    ...twice(ports, "name", "port"),
  ];
}

function twice(parts: readonly Part[], field: string, what: string): Finding[] {
  const seen = new Set<unknown>();
  return parts.flatMap(({ fields, path }) => {
    const name = fields[field];
    if (typeof name !== "string" || name === "" || !seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      refused([...path, field], `another ${what} has this name (got ${quoteValue(name)})`, "choose another"),
    ];
  });
}

function labelFindings(labels: Part | undefined): Finding[] {
  return Object.entries(labels?.fields ?? {}).flatMap(([name, value]) => {
    const path = [...(labels?.path ?? []), name];
    if (!LABEL_NAME.test(name)) return [badKey(path, name)];
    if (typeof value !== "string" || LABEL_VALUE.test(value)) return [];
    const rule = "letters, digits, -, _ and ., 63 at most";
    return [refused(path, `is no value of a label: ${rule} (got ${quoteValue(value)})`, "correct it")];
  });
}

/** n.b. the prefix of an annotation may have capitals. */
function annotationFindings(annotations: Part | undefined): Finding[] {
  return Object.keys(annotations?.fields ?? {}).flatMap((name) =>
    LABEL_NAME.test(name.toLowerCase()) ? [] : [badKey([...(annotations?.path ?? []), name], name)],
  );
}

function badKey(path: FieldPath, name: string): Finding {
  const rule = "letters, digits, -, _ and ., 63 at most, perhaps after a domain and /";
  return refused(path, `is no key: ${rule} (got ${quoteValue(name)})`, "correct it");
}

function nameFindings(fields: Fields, field: string, path: FieldPath, form: RegExp, rule: string): Finding[] {
  const name = fields[field];
  const isOptional = field !== "name" || form === PORT_NAME;
  if (typeof name !== "string" || form.test(name) || (name === "" && isOptional)) return [];
  return [refused(path, `must be ${rule} (got ${quoteValue(name)})`, "choose another name")];
}
