import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { actionsSetting } from "./actions.ts";
import { templates, triggers } from "./notifications.ts";
import { settingsToCopy } from "./own-addresses.ts";

const ACTOR = "asya.sh_AsyncActor";
/** n.b. Exact kinds: a wildcard would also take Argo CD's own scripts of other kinds away. */
const MANAGED = [
  "sqs.aws.m.upbound.io_Queue",
  "iam.aws.m.upbound.io_Role",
  "iam.aws.m.upbound.io_RolePolicy",
  "eks.aws.m.upbound.io_PodIdentityAssociation",
];
/** n.b. Argo CD has none of its own any more, so waves of Applications do not wait. It would change every app of apps there is. */
const APPLICATION_HEALTH = "resource.customizations.health.argoproj.io_Application";
const APPLICATION_SCRIPT = join(import.meta.dirname, "application-health.lua");
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

/**
 * Kustomize components for an Argo CD that is installed by kustomize. n.b. Argo CD's core install has no ConfigMap for
 * notifications, so these are a component of their own.
 */
export function kustomizeComponents(): Record<string, string> {
  return {
    ...component("kustomize", "argocd-cm", argocdSettings()),
    ...component("kustomize-notifications", "argocd-notifications-cm", notificationSettings()),
  };
}

/** Values of the chart argo-cd. */
export function helmValues(): string {
  const values = {
    configs: { cm: argocdSettings() },
    notifications: { triggers: texts(triggers()), templates: texts(templates()) },
  };
  return stringify(values, AS_WRITTEN);
}

/** Keys of argocd-cm that their reader finishes. */
export function exampleSettings(): string {
  const health = { [APPLICATION_HEALTH]: readFileSync(APPLICATION_SCRIPT, "utf8") };
  return stringify(configMap("argocd-cm", { ...health, ...texts(settingsToCopy()) }), AS_WRITTEN);
}

/** The keys of ConfigMap argocd-notifications-cm. */
export function notificationSettings(): Record<string, string> {
  return texts({ ...triggers(), ...templates() });
}

function component(folder: string, name: string, data: Record<string, string>): Record<string, string> {
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1alpha1",
    kind: "Component",
    patches: [{ path: `${name}.yaml` }],
  };
  return {
    [`${folder}/kustomization.yaml`]: stringify(kustomization),
    [`${folder}/${name}.yaml`]: stringify(configMap(name, data), AS_WRITTEN),
  };
}

function configMap(name: string, data: Record<string, string>): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, stringify(value, AS_WRITTEN)]),
  );
}

function script(name: string): string {
  return readFileSync(join(import.meta.dirname, "health", `${name}.lua`), "utf8");
}
