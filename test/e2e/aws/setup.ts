import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { stringify } from "yaml";
import { findCluster, kubectl, type Cluster } from "../../cluster/cluster.ts";
import { tell } from "../story.ts";

declare module "vitest" {
  interface ProvidedContext {
    aws: { standIn: boolean };
  }
}

const CRDS = resolve(import.meta.dirname, "../../../../shared/crds/provider-aws");
const KINDS = [
  "sqs.aws.m.upbound.io_queues",
  "iam.aws.m.upbound.io_roles",
  "iam.aws.m.upbound.io_rolepolicies",
];

/** What Crossplane's RBAC manager makes where the provider is a package. */
const RIGHTS = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: {
    name: "asya-e2e-provider-aws",
    labels: { "rbac.crossplane.io/aggregate-to-crossplane": "true" },
  },
  rules: [{ apiGroups: ["sqs.aws.m.upbound.io", "iam.aws.m.upbound.io"], resources: ["*"], verbs: ["*"] }],
};

/** Where provider-upjet-aws is not installed its kinds are, and a stand-in for its controllers is asked for. */
export default function setup(project: TestProject): (() => void) | undefined {
  const isAsked = (process.env["E2E_FILES"] ?? "").includes("e2e/aws/");
  const cluster = findCluster();
  if (!isAsked || cluster === undefined) return undefined;
  const served = kubectl(cluster, [
    "get",
    "crd",
    "queues.sqs.aws.m.upbound.io",
    "--ignore-not-found",
    "-o",
    "name",
  ]);
  const standIn = served === "" || process.env["E2E_AWS_STAND_IN"] === "1";
  project.provide("aws", { standIn });
  tell(
    standIn
      ? "a stand-in for provider-upjet-aws makes queues and roles: only its kinds are real"
      : "provider-upjet-aws makes queues and roles",
  );
  if (served !== "") return undefined;
  if (!existsSync(CRDS))
    throw new Error(
      `this cluster does not serve queues.sqs.aws.m.upbound.io - install provider-aws-sqs and -iam`,
    );
  const objects = [
    ...KINDS.map((name) => readFileSync(join(CRDS, `${name}.yaml`), "utf8")),
    stringify(RIGHTS),
  ];
  const text = objects.join("\n---\n");
  kubectl(cluster, ["apply", "--server-side", "-f", "-"], text);
  return () => remove(cluster, text);
}

function remove(cluster: Cluster, objects: string): void {
  if (process.env["E2E_KEEP"]) return;
  kubectl(cluster, ["delete", "-f", "-", "--ignore-not-found", "--wait", "--timeout=60s"], objects);
}
