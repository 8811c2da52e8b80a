import { isObject } from "../core/json.ts";
import type { Manifest } from "../core/manifest.ts";
import { INSTALL_CONTAINER, RUNTIME_CONTAINER, SIDECAR_CONTAINER } from "../core/names.ts";
import { outlook } from "./outlook.ts";
import type { RenderedActor } from "./rendered.ts";

interface Branch {
  label: string;
  text: string;
  children?: Branch[];
}

type Fields = Record<string, unknown>;

/** A picture of what an actor becomes, a line per object; for a terminal and for Markdown alike. */
export function actorTree(actor: RenderedActor): string {
  const branches = [
    ...queueBranches(actor),
    ...accessBranches(actor),
    ...workloadBranches(actor),
    ...scalerBranches(actor),
    { label: "messages", text: "", children: outlook(actor) },
  ];
  return [`${actor.namespace}/${actor.name}`, ...lines(branches, "")].join("\n");
}

function lines(branches: readonly Branch[], indent: string): string[] {
  const width = Math.max(...branches.map(({ label }) => label.length));
  return branches.flatMap(({ label, text, children }, index) => {
    const last = index === branches.length - 1;
    const line = `${indent}${last ? "└─ " : "├─ "}${label.padEnd(width)}  ${text}`.trimEnd();
    return [line, ...(children === undefined ? [] : lines(children, `${indent}${last ? "   " : "│  "}`))];
  });
}

function queueBranches({ objects, effective }: RenderedActor): Branch[] {
  const branches: Branch[] = [];
  for (const [key, manifest] of Object.entries(objects)) {
    if (manifest.kind !== "Queue") continue;
    const deadLetters = key.endsWith("-dlq");
    branches.push({
      label: deadLetters ? "dead letters" : "queue",
      text: `${queueName(manifest)}  ${queueText(manifest, effective)}`,
    });
  }
  return branches.sort((a, b) => (a.label < b.label ? 1 : -1));
}

function queueName(manifest: Manifest): string {
  const spec = fields(manifest["spec"]);
  return text(spec["name"] ?? fields(spec["forProvider"])["name"]) || manifest.metadata.name;
}

function queueText(manifest: Manifest, effective: Fields): string {
  const spec = fields(manifest["spec"]);
  const kept =
    fields(effective["deletion"])["messages"] === "Retain"
      ? "kept when the actor goes"
      : "deleted with the actor";
  if (manifest.apiVersion.startsWith("rabbitmq.com/")) return `${text(spec["type"])} queue, ${kept}`;
  return `SQS queue, visibility ${text(fields(spec["forProvider"])["visibilityTimeoutSeconds"])} s, ${kept}`;
}

const ACCESS: Readonly<Record<string, (manifest: Manifest) => string>> = {
  Binding: (manifest) => {
    const spec = fields(manifest["spec"]);
    return `exchange ${text(spec["source"])} -> ${text(spec["destination"])}, key ${text(spec["routingKey"])}`;
  },
  ServiceAccount: () => "the pods' identity",
  Role: () => "IAM role of the pods",
  RolePolicy: () => "reads its own queue, sends to what spec.access names",
  PodIdentityAssociation: () => "role for the service account",
  User: () => "a broker user of its own",
  Permission: () => "reads its own queue only",
  TopicPermission: () => "sends to what spec.access names",
};

function accessBranches({ objects }: RenderedActor): Branch[] {
  return Object.values(objects).flatMap((manifest) => {
    const text = ACCESS[manifest.kind];
    return text === undefined
      ? []
      : [{ label: "access", text: `${manifest.kind} ${manifest.metadata.name}  ${text(manifest)}` }];
  });
}

function workloadBranches({ objects }: RenderedActor): Branch[] {
  const manifest = objects["deployment"] ?? objects["statefulset"];
  if (manifest === undefined) return [];
  const pod = fields(fields(fields(manifest["spec"])["template"])["spec"]);
  const children = [
    ...list(pod["initContainers"]).map((container) => ({ label: "init", text: containerText(container) })),
    ...list(pod["containers"]).map((container) => ({ label: "container", text: containerText(container) })),
  ];
  return [{ label: "workload", text: `${manifest.kind} ${manifest.metadata.name}`, children }];
}

function containerText(container: Fields): string {
  const name = text(container["name"]);
  return [name, text(container["image"]) || "no image", containerRole(name, container)]
    .filter(Boolean)
    .join("  ");
}

function containerRole(name: string, container: Fields): string {
  if (name === INSTALL_CONTAINER) return "copies the runtime's script";
  if (name === SIDECAR_CONTAINER) return "moves messages between queue and handler";
  if (name !== RUNTIME_CONTAINER) return "";
  const handler = list(container["env"]).find((variable) => variable["name"] === "ASYA_HANDLER");
  const limits = Object.entries(fields(fields(container["resources"])["limits"]));
  const gpu = limits
    .filter(([resource]) => resource.includes("/"))
    .map(([resource, count]) => `${text(count)} x ${resource}`);
  return [handler === undefined ? "" : `runs ${text(handler["value"])}`, ...gpu].filter(Boolean).join(", ");
}

function scalerBranches({ objects }: RenderedActor): Branch[] {
  const manifest = objects["scaled-object"];
  if (manifest === undefined) return [{ label: "scaler", text: "none: the number of replicas is fixed" }];
  const spec = fields(manifest["spec"]);
  const range = `${text(spec["minReplicaCount"])} to ${text(spec["maxReplicaCount"])} replicas`;
  return [
    {
      label: "scaler",
      text: `ScaledObject ${manifest.metadata.name}  ${range}, looks every ${text(spec["pollingInterval"])} s`,
    },
  ];
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
