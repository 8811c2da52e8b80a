import type { FieldPath } from "../../../core/finding.ts";
import { entriesOf, memberOf, type Part, POD_PATH } from "./pod-walk.ts";
import type { PodSpec } from "./effective.ts";

/** A node that its cloud takes back, and how long pods have from SIGTERM on, whatever their grace period. */
export interface SpotNode {
  cloud: string;
  noticeSeconds: number;
  /** Where the pod template asks for such a node or accepts it. */
  path: FieldPath;
}

/**
 * Node labels and taints of spot nodes.
 *
 * n.b. EC2 gives two minutes, Azure at least 30 s; of Google's 30 s the kubelet keeps the last 15 for system pods.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms
 * @see https://learn.microsoft.com/azure/aks/spot-node-pool
 */
const SPOT: readonly { key: string; value: string; cloud: string; noticeSeconds: number }[] = [
  { key: "karpenter.sh/capacity-type", value: "spot", cloud: "EC2 spot", noticeSeconds: 120 },
  { key: "eks.amazonaws.com/capacityType", value: "SPOT", cloud: "EC2 spot", noticeSeconds: 120 },
  { key: "cloud.google.com/gke-spot", value: "true", cloud: "GKE spot", noticeSeconds: 15 },
  { key: "cloud.google.com/gke-preemptible", value: "true", cloud: "GKE preemptible", noticeSeconds: 15 },
  { key: "kubernetes.azure.com/scalesetpriority", value: "spot", cloud: "AKS spot", noticeSeconds: 30 },
];

/** The spot node of the shortest notice that a pod may land on; undefined where it names none. */
export function spotNode(spec: PodSpec): SpotNode | undefined {
  const pod: Part = { fields: spec, path: POD_PATH };
  const found = [...selected(pod), ...preferred(pod), ...tolerated(pod)];
  return found.toSorted((a, b) => a.noticeSeconds - b.noticeSeconds)[0];
}

function selected(pod: Part): SpotNode[] {
  const selector = memberOf(pod, "nodeSelector");
  if (selector === undefined) return [];
  return spots(
    (key, value) => selector.fields[key] === value,
    (key) => [...selector.path, key],
  );
}

function preferred(pod: Part): SpotNode[] {
  const affinity = memberOf(pod, "affinity");
  const node = affinity === undefined ? undefined : memberOf(affinity, "nodeAffinity");
  if (node === undefined) return [];
  const required = memberOf(node, "requiredDuringSchedulingIgnoredDuringExecution");
  const wishes = entriesOf(node, "preferredDuringSchedulingIgnoredDuringExecution");
  const terms = [
    ...(required === undefined ? [] : entriesOf(required, "nodeSelectorTerms")),
    ...wishes.flatMap((wish) => memberOf(wish, "preference") ?? []),
  ];
  return terms.flatMap((term) => entriesOf(term, "matchExpressions")).flatMap(expressed);
}

function expressed({ fields, path }: Part): SpotNode[] {
  const { key, operator, values } = fields;
  const named = Array.isArray(values) ? (values as unknown[]) : [];
  return spots(
    (spotKey, value) =>
      key === spotKey && (operator === "Exists" || (operator === "In" && named.includes(value))),
    () => path,
  );
}

function tolerated(pod: Part): SpotNode[] {
  return entriesOf(pod, "tolerations").flatMap(({ fields, path }) =>
    spots(
      (key, value) => fields["key"] === key && (fields["operator"] === "Exists" || fields["value"] === value),
      () => path,
    ),
  );
}

function spots(
  isNamed: (key: string, value: string) => boolean,
  pathOf: (key: string) => FieldPath,
): SpotNode[] {
  return SPOT.filter(({ key, value }) => isNamed(key, value)).map(({ key, cloud, noticeSeconds }) => ({
    cloud,
    noticeSeconds,
    path: pathOf(key),
  }));
}
