import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { actionsSetting } from "./actions.ts";

const ACTOR = "asya.sh_AsyncActor";
/** n.b. Exact kinds: a wildcard would also take Argo CD's own scripts of other kinds away. */
const MANAGED = [
  "sqs.aws.m.upbound.io_Queue",
  "iam.aws.m.upbound.io_Role",
  "iam.aws.m.upbound.io_RolePolicy",
  "eks.aws.m.upbound.io_PodIdentityAssociation",
];
/** Scripts stay readable. */
const AS_WRITTEN = { blockQuote: "literal", lineWidth: 0 } as const;
/** What changes while an actor works and matters to no sync. */
const COUNTERS = ["/status/observed", "/status/queuedMessages", "/status/processingMessages"];

/** The keys of ConfigMap argocd-cm. n.b. `useOpenLibs` gives a script Lua's string functions. */
export function argocdSettings(): Record<string, string> {
  const key = (setting: string, kind: string) => `resource.customizations.${setting}.${kind}`;
  return {
    [key("health", ACTOR)]: script(ACTOR),
    [key("useOpenLibs", ACTOR)]: "true",
    [key("actions", ACTOR)]: stringify(actionsSetting()),
    [key("ignoreResourceUpdates", ACTOR)]: stringify({ jsonPointers: COUNTERS }),
    [key("health", "keda.sh_ScaledObject")]: script("keda.sh_ScaledObject"),
    ...Object.fromEntries(MANAGED.map((kind) => [key("health", kind), script("managed-resource")])),
  };
}

/** A kustomize component for an Argo CD that is installed by kustomize. */
export function kustomizeComponent(): Record<string, string> {
  const patch = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "argocd-cm" },
    data: argocdSettings(),
  };
  const component = {
    apiVersion: "kustomize.config.k8s.io/v1alpha1",
    kind: "Component",
    patches: [{ path: "argocd-cm.yaml" }],
  };
  return { "kustomization.yaml": stringify(component), "argocd-cm.yaml": stringify(patch, AS_WRITTEN) };
}

/** Values of the chart argo-cd. */
export function helmValues(): string {
  return stringify({ configs: { cm: argocdSettings() } }, AS_WRITTEN);
}

function script(name: string): string {
  return readFileSync(join(import.meta.dirname, "health", `${name}.lua`), "utf8");
}
