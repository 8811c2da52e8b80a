import type { Finding } from "../../../core/finding.ts";
import type { EffectiveSpec } from "./effective.ts";
import {
  checkPodTemplate,
  checkPodTemplateAgainstCluster,
  checkVolumeClaimTemplates,
} from "./pod-template-schema.ts";

const PATH = ["spec", "workload", "template"] as const;
const CLAIMS = ["spec", "workload", "volumeClaimTemplates"] as const;

/**
 * Whether the API server would take the effective pod template and volume claims. Fields of the oldest supported Kubernetes are known
 * everywhere, so only a template that uses something newer (or unknown) needs the cluster's own schema.
 *
 * @param clusterSchema - undefined: not asked yet; null: asked, and the cluster has none to give.
 */
export function judgePodTemplate(
  spec: EffectiveSpec,
  clusterSchema: unknown,
): { findings: Finding[]; needsClusterSchema: boolean } {
  const claims = checkVolumeClaimTemplates(spec.workload.volumeClaimTemplates ?? [], CLAIMS).findings;
  const bundled = checkPodTemplate(spec.workload.template, PATH);
  const needsClusterSchema = bundled.findings.length > 0 || bundled.newerFields.length > 0;
  if (!needsClusterSchema || clusterSchema === null) {
    return { findings: [...bundled.findings, ...claims], needsClusterSchema };
  }
  if (clusterSchema === undefined) return { findings: claims, needsClusterSchema };
  const cluster = checkPodTemplateAgainstCluster(clusterSchema, spec.workload.template, PATH);
  return { findings: [...cluster, ...claims], needsClusterSchema };
}
