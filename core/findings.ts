/**
 * Every finding that this project can report: generates docs/findings.md. A code never changes its meaning; a code that
 * is no longer reported keeps its line, so that it is never given again.
 */
export const FINDINGS = {
  E001: { title: "not YAML", why: "The file cannot be parsed as YAML or JSON." },
  E002: {
    title: "duplicate key",
    why: "A mapping has the same key twice; parsers disagree about which one counts.",
  },
  E003: {
    title: "input too large",
    why: "A file, the folder or what its aliases expand to is over the plugin's limit.",
  },
  E004: {
    title: "nothing to render",
    why: "The folder has no Kubernetes object. Argo CD would prune everything that runs.",
  },
  E005: {
    title: "link leaves the folder",
    why: "A symbolic link points outside the folder or nowhere, so other machines would see other files.",
  },
  E006: { title: "not UTF-8", why: "The file has bytes that are no UTF-8 text." },
  E007: { title: "not a Kubernetes object", why: "A document has no apiVersion, kind or metadata.name." },
  E008: {
    title: "reserved key",
    why: "The key __proto__ would change objects instead of being carried in them; it has no place in Kubernetes.",
  },
  E009: {
    title: "defined twice",
    why: "The same object stands in the folder twice; the last one would win silently.",
  },
  E010: {
    title: "unknown field",
    why: "The API does not have this field; the API server would drop or refuse it.",
  },
  E011: { title: "wrong type", why: "The field has another type." },
  E012: {
    title: "value not allowed",
    why: "The value is outside the field's enumeration, range, pattern or length.",
  },
  E013: { title: "missing field", why: "A required field is not set." },
  E014: {
    title: "broken rule",
    why: "A rule of the XRD (CEL) does not hold; the API server would refuse the object.",
  },
  E015: {
    title: "two actors on one queue",
    why: "Two actors would read the same queue and take each other's messages.",
  },
  E016: {
    title: "number not exact",
    why: "A whole number above 2^53 cannot be carried exactly through JSON.",
  },
  E017: { title: "not readable", why: "A file or folder exists, but the plugin is not allowed to read it." },
  E018: {
    title: "repeated entry",
    why: "Two entries of a list have the same key, such as two containers of one name; server-side apply refuses the object.",
  },
  E020: {
    title: "platform missing",
    why: "There is no EnvironmentConfig asya-platform, so nothing is known about transports.",
  },
  E021: {
    title: "platform wrong",
    why: "The platform settings break their schema; nothing is rendered from them.",
  },
  E022: {
    title: "transport not configured",
    why: "The actor names a transport that the platform does not have.",
  },
  E023: { title: "transport off", why: "The platform has this transport, but it is not enabled." },
  E024: { title: "flavor not found", why: "Not exactly one EnvironmentConfig carries the flavor's label." },
  E025: {
    title: "flavor wrong",
    why: "A flavor or the platform's defaults break the schema of an actor's spec.",
  },
  E026: { title: "over the platform's limit", why: "The platform limits this value." },
  E027: { title: "image not allowed", why: "The platform restricts which sidecar images actors may name." },
  E028: {
    title: "KEDA missing",
    why: "The actor scales and the cluster does not have KEDA's kinds; Crossplane would stop half-way.",
  },
  E030: {
    title: "unknown pod field",
    why: "Kubernetes does not have this field in a pod template: the API server would answer 500 and Crossplane stop half-way.",
  },
  E031: {
    title: "wrong type in the pod template",
    why: "Kubernetes expects another type; the API server would answer 500 and Crossplane stop half-way.",
  },
  E032: {
    title: "reserved name",
    why: "A name of the user's collides with one that is injected into the pod.",
  },
  E033: {
    title: "reserved path",
    why: "A mount of the user's covers a path that the sidecar and the runtime share.",
  },
  E034: {
    title: "reserved variable",
    why: "This variable says who the actor is and is set from the actor alone.",
  },
  E035: { title: "reserved label", why: "The workload's selector needs this label with its own value." },
  E036: {
    title: "pod not valid",
    why: "Every field exists, but Kubernetes refuses the pod (422): the workload would be missing while queue and scaler are made.",
  },
  E040: { title: "scaling formula wrong", why: "KEDA would refuse the formula." },
  E041: {
    title: "name too long or not usable",
    why: "A name derived from the actor's would be over a limit of Kubernetes, KEDA or the broker.",
  },
  E042: {
    title: "not possible on this transport",
    why: "The transport's system has a limit that this value exceeds.",
  },
  E043: {
    title: "kind or transport flipped",
    why: "The effective workload kind or transport type differs from what runs.",
  },
  E044: {
    title: "already there",
    why: "A workload or ScaledObject of this name exists and belongs to somebody else.",
  },
  E045: { title: "duration not whole seconds", why: "Kubernetes and KEDA count whole seconds here." },
  E046: {
    title: "queue would vanish",
    why: "A queue exists that the platform's settings no longer render; Crossplane would delete it.",
  },
  E047: {
    title: "kustomization not built",
    why: "The folder has a kustomization that kustomize did not build; printed as they stand, its objects would lack what it changes, and Argo CD would apply them so.",
  },
  E050: {
    title: "tool defined twice",
    why: "Two tools of one namespace have the same name; the gateway refuses both files.",
  },
  E051: {
    title: "route not declared",
    why: "A tool takes a route by a name that its own file does not declare; the gateway refuses the file.",
  },
  E052: {
    title: "route outside of access",
    why: "An actor sends a message on only to what its spec.access.sendTo names: every message of this route would end in error-end.",
  },
  E053: {
    title: "successor on another transport",
    why: "An actor sends to its successors and to the end actors on its own transport; on another one nobody reads what it sends.",
  },
  W001: {
    title: "queue keeps its arguments",
    why: "A RabbitMQ queue cannot change its arguments, nor its binding and permissions theirs; the new setting has no effect until the object is made again.",
  },
  W002: { title: "messages can be lost", why: "With these settings a message can be dropped." },
  W003: { title: "setting without effect", why: "The value is accepted for compatibility and does nothing." },
  W004: {
    title: "port taken",
    why: "Containers of a pod share one network: this port is the sidecar's metrics port.",
  },
  W005: {
    title: "variable overwritten or unknown",
    why: "ASYA_ variables are the runtime's settings; this one is set by us or not known.",
  },
  W006: { title: "broker too old", why: "The broker cannot do what this setting needs." },
  W007: {
    title: "no handler",
    why: "The container asya-runtime has no ASYA_HANDLER; the runtime would end at its start.",
  },
  W008: { title: "mount hides ours", why: "A mount of the user's takes the place of an injected one." },
  W009: {
    title: "own service account",
    why: "The transport gives its own service account the right to reach the queue; the pod template names another.",
  },
  W010: {
    title: "perhaps two actors on one queue",
    why: "Actors of one name in two namespaces share a queue, unless the platform's settings (not known here) tell the namespaces apart.",
  },
  W011: {
    title: "work in hand can be killed",
    why: "When a pod is told to stop, it ends before its handler must: the work is lost and done again. See [in-flight](in-flight.md).",
  },
  W012: {
    title: "actor of a route not here",
    why: "A declared route names an actor that is not among the actors of its namespace in this folder. It may lie in another folder; `asya validate` over the whole repository knows.",
  },
  W013: {
    title: "no way out of a circle",
    why: "Actors that a route leads to may send only to each other, and no route ends in one of them: a message that they pass on goes round for ever.",
  },
  I001: {
    title: "outside the restricted profile",
    why: "The pod would be refused in a namespace that enforces Pod Security `restricted`.",
  },
  I002: {
    title: "no route leads here",
    why: "The namespace declares routes, and neither one of them nor spec.access.sendTo of an actor on one names this actor. Only clients that write to its queue themselves reach it.",
  },
} as const satisfies Record<string, { title: string; why: string }>;

export type FindingCode = keyof typeof FINDINGS;
