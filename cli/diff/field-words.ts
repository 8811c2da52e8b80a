import { quoteValue } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import type { FieldChange } from "./field-changes.ts";

/** Says a change of a field whose path, joined by `.`, matches; groups of the pattern are handed over. */
type Phrase = readonly [RegExp, (change: Change, ...groups: string[]) => string];

/** Both values as people read them. */
interface Change {
  before: string;
  after: string;
  raw: FieldChange;
}

const arrow = ({ before, after }: Change) => `${before} -> ${after}`;
const seconds = ({ before, after }: Change) => `${before} s -> ${after} s`;

/** The first that matches counts; what none matches is told by its path. */
const PHRASES: readonly Phrase[] = [
  [/^spec\.forProvider\.visibilityTimeoutSeconds$/, (c) => `a message in work is hidden for ${seconds(c)}`],
  [/^spec\.forProvider\.messageRetentionSeconds$/, (c) => `messages are kept for ${seconds(c)}`],
  [/^spec\.forProvider\.receiveWaitTimeSeconds$/, (c) => `long poll ${seconds(c)}`],
  [/^spec\.forProvider\.redrivePolicy$/, ({ raw }) => redrive(raw)],
  [/^spec\.(?:forProvider\.)?name$/, (c) => `its name ${arrow(c)}`],
  [/^spec\.(?:forProvider\.)?tags\.(.*)$/, (c, tag) => `tag ${tag} ${arrow(c)}`],
  [/^spec\.arguments\.(.*)$/, (c, name) => `argument ${name} ${arrow(c)}`],
  [/^spec\.type$/, (c) => `queue type ${arrow(c)}`],
  [/^spec\.deletionPolicy$/, (c) => `with the actor its messages: ${arrow(c)}`],
  [/^spec\.managementPolicies$/, ({ raw }) => `with the actor its messages: ${policies(raw)}`],
  [/^spec\.minReplicaCount$/, (c) => `at least ${arrow(c)} replicas`],
  [/^spec\.maxReplicaCount$/, (c) => `at most ${arrow(c)} replicas`],
  [/^spec\.pollingInterval$/, (c) => `looks at the queue every ${seconds(c)}`],
  [/^spec\.cooldownPeriod$/, (c) => `goes to its least ${seconds(c)} after the last message`],
  [
    /^spec\.triggers\.\[[^\]]*\]\.metadata\.(?:queueLength|value)$/,
    (c) => `messages per replica ${arrow(c)}`,
  ],
  [/^spec\.replicas$/, (c) => `replicas ${arrow(c)}`],
  [
    /^spec\.template\.spec\.(?:initC|c)ontainers\.\[([^\]]*)\]\.image$/,
    (c, name) => `image of ${name} ${arrow(c)}`,
  ],
  [
    /^spec\.template\.spec\.(?:initC|c)ontainers\.\[([^\]]*)\]\.env\.\[([^\]]*)\](?:\.value)?$/,
    (c, name, variable) => `variable ${variable} of ${name} ${arrow(c)}`,
  ],
  [
    /^spec\.template\.spec\.(?:initC|c)ontainers\.\[([^\]]*)\]\.resources\.(limit|request)s\.(.*)$/,
    (c, name, what, resource) => `${what} of ${name}: ${resource} ${arrow(c)}`,
  ],
  [/^spec\.template\.spec\.terminationGracePeriodSeconds$/, (c) => `a stopping pod has ${seconds(c)}`],
  [/^spec\.template\.spec\.(.*)$/, (c, path) => `pod's ${path} ${arrow(c)}`],
  [/^spec\.template\.(.*)$/, (c, path) => `pod template's ${path} ${arrow(c)}`],
  [/^spec\.(?:forProvider\.)?(.*)$/, (c, path) => `${path} ${arrow(c)}`],
];

/** A changed field in plain words: `image of asya-runtime a:1 -> a:2`. */
export function fieldWords(raw: FieldChange): string {
  const path = raw.path.join(".");
  const change: Change = { before: shown(raw.before), after: shown(raw.after), raw };
  for (const [pattern, say] of PHRASES) {
    const match = pattern.exec(path);
    if (match !== null) return say(change, ...match.slice(1));
  }
  return `${path} ${arrow(change)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "none";
  if (isObject(value) && "value" in value && Object.keys(value).length <= 2) return shown(value["value"]);
  return typeof value === "string" && /^[\w./:@+-]{1,100}$/.test(value) ? value : quoteValue(value);
}

function redrive({ before, after }: FieldChange): string {
  return `into the dead letters after ${receives(before)} -> ${receives(after)} receives`;
}

function receives(policy: unknown): string {
  if (typeof policy !== "string") return "no number of";
  const parsed: unknown = JSON.parse(policy); // rendered by the transport
  return isObject(parsed) ? String(parsed["maxReceiveCount"]) : "no number of";
}

function policies({ before, after }: FieldChange): string {
  const what = (value: unknown) => (Array.isArray(value) && value.includes("*") ? "delete" : "retain");
  return `${what(before)} -> ${what(after)}`;
}
