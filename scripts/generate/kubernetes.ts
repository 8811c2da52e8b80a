import { join } from "node:path";
import type { Schema } from "../../core/schema.ts";
import { KubernetesModels, markNewerFields } from "./kubernetes-models.ts";

const TYPES = ["v1/PodTemplateSpec", "v1/PersistentVolumeClaimSpec"];

/** What a pod template and a volume claim may hold in the newest Kubernetes; what the oldest lacks is marked. */
export function kubernetesSchema(nodeModules: string): Schema {
  const [newest, oldest] = ["kubernetes-models", "kubernetes-models-1.29"].map((name) => {
    const models = new KubernetesModels(join(nodeModules, name));
    for (const type of TYPES) models.reference(type);
    return models.definitions;
  });
  return { definitions: markNewerFields(newest ?? {}, oldest ?? {}) };
}
