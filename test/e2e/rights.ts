import { parseAllDocuments } from "yaml";

/** One thing that somebody may do: "patch apps/statefulsets". */
export type Right = string;

/** What a Kubernetes API server wrote about a request, the part that is read here. */
interface AuditEvent {
  verb: string;
  user: { username: string };
  objectRef?: { resource?: string; subresource?: string; apiGroup?: string; name?: string };
  requestReceivedTimestamp: string;
  annotations?: Record<string, string>;
}

interface Role {
  kind: string;
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** Every verb on every resource that the Roles and ClusterRoles of a file grant. */
export function grants(yaml: string): Right[] {
  const roles = parseAllDocuments(yaml)
    .map((document) => document.toJS() as Role)
    .filter(({ kind }) => kind === "ClusterRole" || kind === "Role");
  return roles.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => right(verb, group, resource))),
      ),
    ),
  );
}

export interface Deeds {
  done: ReadonlySet<Right>;
  /** With the object's name, by right. n.b. An API server that starts refuses everybody until it has read the roles. */
  refused: ReadonlyMap<Right, string>;
}

const STARTING_MS = 10_000;

/** When an API server looked through the roles: it does so once, when it has started. */
function startsOf(log: string): Date[] {
  const lines = log.split("\n").filter((line) => line.includes('"system:apiserver"'));
  return lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ verb, objectRef }) => verb === "list" && objectRef?.resource === "clusterroles")
    .map(({ requestReceivedTimestamp }) => new Date(requestReceivedTimestamp));
}

/** What one user did and was refused since a time, out of an audit log of JSON lines. */
export function deeds(log: string, username: string, since: Date): Deeds {
  const starts = startsOf(log);
  const isStarting = (at: Date) =>
    starts.some((start) => at <= start && start.getTime() - at.getTime() < STARTING_MS);
  const done = new Set<Right>();
  const refused = new Map<Right, string>();
  for (const line of log.split("\n")) {
    if (!line.includes(`"${username}"`)) continue;
    const { verb, user, objectRef, requestReceivedTimestamp, annotations } = JSON.parse(line) as AuditEvent;
    if (user.username !== username || objectRef?.resource === undefined) continue;
    const at = new Date(requestReceivedTimestamp);
    if (at < since) continue;
    const { apiGroup = "", resource, subresource, name = "" } = objectRef;
    const what = right(verb, apiGroup, subresource === undefined ? resource : `${resource}/${subresource}`);
    if (annotations?.["authorization.k8s.io/decision"] !== "forbid") done.add(what);
    else if (!isStarting(at)) refused.set(what, name);
  }
  return { done, refused };
}

/**
 * What of a file's rights was not used and has no reason either; and what was refused.
 *
 * @param reasons - by right, or by right with * for the resource or the verb, e.g. "create *".
 */
export function judge(
  granted: readonly Right[],
  { done, refused }: Deeds,
  reasons: Readonly<Record<string, string>>,
): string[] {
  const unused = granted.filter((one) => !used(one, done) && reasonOf(one, reasons) === undefined);
  return [
    ...unused.map((one) => `${one} is granted and was not used: take it away, or give the reason`),
    ...[...refused].map(([one, name]) => `${one} was refused${name === "" ? "" : ` for ${name}`}`),
  ];
}

export function reasonOf(one: Right, reasons: Readonly<Record<string, string>>): string | undefined {
  const [verb = "", resource = ""] = one.split(" ");
  return reasons[one] ?? reasons[`${verb} *`] ?? reasons[`* ${resource}`];
}

function used(one: Right, done: ReadonlySet<Right>): boolean {
  if (!one.endsWith("/*")) return done.has(one);
  return [...done].some((right) => right.startsWith(one.slice(0, -1)));
}

function right(verb: string, group: string, resource: string): Right {
  return `${verb} ${group === "" ? "core" : group}/${resource}`;
}
