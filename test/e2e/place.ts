import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const SHARED = resolve(ROOT, "../shared/cluster");
const OWN_KUBECONFIG = join(
  process.env["ASYA_CLUSTER_HOME"] ?? join(homedir(), ".cache/asya-cluster"),
  "run/admin.kubeconfig",
);

/** What a run needs to know of a cluster; each has a variable, and ../shared/cluster has a value for each. */
export interface Place {
  /** Image of a Python from 3.7 on, for handlers. */
  pythonImage: string;
  /** undefined = made on the node of ../shared/cluster. */
  sidecarImage: string | undefined;
  observerImage: string | undefined;
  pluginImage: string | undefined;
  crewImage: string | undefined;
  /** The sidecar's image under another name, for rollouts. */
  nextSidecarImage: string | undefined;
  /** Crossplane package of the function; undefined = the function runs as a process beside ../shared/cluster. */
  functionPackage: string | undefined;
  /** Another build of it under another tag, for upgrades. */
  nextFunctionPackage: string | undefined;
  /** RabbitMQ as pods see it. */
  brokerHost: string;
  /** RabbitMQ's management API as pods see it: the topology operator's way. */
  brokerManagement: string;
  /** RabbitMQ as this machine sees it, with user and password. */
  brokerHere: string;
  managementHere: string;
  /** Commands of ../shared/cluster, where KUBECONFIG is its own. */
  shared: string | undefined;
}

const VARIABLES = {
  E2E_PYTHON_IMAGE: "an image with python3, e.g. python:3.13-slim",
  E2E_SIDECAR_IMAGE: "the sidecar's image, as the cluster can pull it",
  E2E_OBSERVER_IMAGE: "the observer's image, likewise",
  E2E_PLUGIN_IMAGE: "the Argo CD plugin's image, likewise",
  E2E_CREW_IMAGE: "the image of happy-end and error-end, likewise",
  E2E_NEXT_SIDECAR_IMAGE: "the sidecar's image once more under another tag",
  E2E_FUNCTION_PACKAGE: "the function's package, as Crossplane can pull it",
  E2E_NEXT_FUNCTION_PACKAGE: "another build of it under another tag",
  E2E_RABBITMQ_HOST: "RabbitMQ's host name inside the cluster, e.g. rabbitmq.rabbitmq.svc",
  E2E_RABBITMQ_URL:
    "the same broker from here with a user that may make vhosts, e.g. amqp://user:password@127.0.0.1:5672",
  E2E_RABBITMQ_MANAGEMENT_URL: "its management API from here, e.g. http://127.0.0.1:15672",
} as const;

/** KUBECONFIG, or the default where it is not set, is that of ../shared/cluster. */
export function isShared({ KUBECONFIG = OWN_KUBECONFIG }: NodeJS.ProcessEnv): boolean {
  return KUBECONFIG === OWN_KUBECONFIG && existsSync(SHARED);
}

/** @throws {Error} that lists the variables that this cluster needs. */
export function placeFrom(env: NodeJS.ProcessEnv): Place {
  const shared = isShared(env) ? SHARED : undefined;
  if (shared === undefined) {
    const missing = Object.entries(VARIABLES).filter(([name]) => !env[name]);
    if (missing.length > 0) {
      const lines = missing.map(([name, meaning]) => `  ${name}: ${meaning}`);
      throw new Error(`this cluster needs a few words of yours in the environment:\n${lines.join("\n")}`);
    }
  }
  const host = env["E2E_RABBITMQ_HOST"] ?? "rabbitmq.rabbitmq.svc";
  return {
    pythonImage: env["E2E_PYTHON_IMAGE"] ?? "localhost/base:1",
    sidecarImage: env["E2E_SIDECAR_IMAGE"],
    observerImage: env["E2E_OBSERVER_IMAGE"],
    pluginImage: env["E2E_PLUGIN_IMAGE"],
    crewImage: env["E2E_CREW_IMAGE"],
    nextSidecarImage: env["E2E_NEXT_SIDECAR_IMAGE"],
    functionPackage: env["E2E_FUNCTION_PACKAGE"],
    nextFunctionPackage: env["E2E_NEXT_FUNCTION_PACKAGE"],
    brokerHost: host,
    brokerManagement: `http://${host}:15672`,
    brokerHere: env["E2E_RABBITMQ_URL"] ?? "amqp://asya:asya@10.245.0.1:5672",
    managementHere: env["E2E_RABBITMQ_MANAGEMENT_URL"] ?? "http://10.245.0.1:15672",
    shared,
  };
}

export function credentials({ brokerHere }: Place): { username: string; password: string } {
  const { username, password } = new URL(brokerHere);
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}
