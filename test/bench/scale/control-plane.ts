import { generateKeyPairSync } from "node:crypto";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { makeCertificates } from "../../../cli/certificates.ts";
import { startFunction, type StartedFunction } from "../../../functions/asyncactor/server/start.ts";
import { freshBundle, FUNCTION } from "../../../scripts/build.ts";
import { ApiServer, type Cluster, kubectl } from "../../cluster/cluster.ts";
import { freePorts } from "../../conformance/servers/process.ts";
import { Process } from "./process.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const CRDS = resolve(ROOT, "../shared/crds");
const TOKEN = "bench";

type Ports = [number, number, number, number, number];

/** etcd, an API server, Crossplane's core and our function: nothing else, so whatever happens there comes from these. */
export class ControlPlane {
  readonly cluster: Cluster;
  readonly etcd: Process;
  readonly apiServer: Process;
  readonly function: StartedFunction;
  readonly api: ApiServer;
  readonly etcdUrl: string;
  readonly metricsPort: number;
  readonly #folder: string;
  readonly #healthPort: number;
  #crossplane: Process | undefined;
  #earlierCpuSeconds = 0;

  private constructor(
    parts: Pick<ControlPlane, "cluster" | "etcd" | "apiServer" | "function" | "api" | "etcdUrl"> & {
      folder: string;
      metricsPort: number;
      healthPort: number;
    },
  ) {
    this.cluster = parts.cluster;
    this.etcd = parts.etcd;
    this.apiServer = parts.apiServer;
    this.function = parts.function;
    this.api = parts.api;
    this.etcdUrl = parts.etcdUrl;
    this.metricsPort = parts.metricsPort;
    this.#folder = parts.folder;
    this.#healthPort = parts.healthPort;
  }

  /** @param folder - empty; for data, certificates and logs. */
  static async start(folder: string): Promise<ControlPlane> {
    const certificates = join(folder, "certificates");
    await makeCertificates(certificates);
    const [etcdPort, peerPort, apiPort, metricsPort, healthPort] = (await freePorts(5)) as Ports;
    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const etcd = new Process(folder, "etcd", [
      `--data-dir=${join(folder, "etcd")}`,
      "--unsafe-no-fsync",
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    ]);
    await etcd.ready(async () => (await fetch(`${etcdUrl}/health`)).ok);
    const cluster = { environment: { ...process.env, KUBECONFIG: kubeconfig(folder, apiPort) } };
    const apiServer = new Process(folder, "kube-apiserver", apiServerFlags(folder, apiPort, etcdUrl));
    await apiServer.ready(
      async () => await Promise.try(() => kubectl(cluster, ["get", "--raw", "/readyz"]) === "ok"),
    );
    for (const kinds of ["crossplane", "keda", "rabbitmq-topology"])
      kubectl(cluster, ["create", "-f", join(CRDS, kinds)]);
    const flags = [`--tls-server-certs-dir=${certificates}`, "--metrics-address=127.0.0.1:0"];
    const functionProcess = await startFunction(await freshBundle(FUNCTION), flags);
    const api = await ApiServer.open(cluster);
    return new ControlPlane({
      cluster,
      etcd,
      apiServer,
      function: functionProcess,
      api,
      etcdUrl,
      folder,
      metricsPort,
      healthPort,
    });
  }

  /** As an operator would start it: with the flags of its Helm value `args`. */
  async startCrossplane(args: readonly string[] = []): Promise<void> {
    const client = join(this.#folder, "client");
    for (const [from, to] of [
      ["ca.crt", "ca.crt"],
      ["client.crt", "tls.crt"],
      ["client.key", "tls.key"],
    ] as const)
      cpSync(join(this.#folder, "certificates", from), join(client, to));
    const cache = join(this.#folder, "cache");
    mkdirSync(cache, { recursive: true });
    const flags = [
      "core",
      "start",
      "--package-runtime=External",
      "--enable-webhooks=false",
      `--tls-client-certs-dir=${client}`,
      `--xpkg-cache-dir=${cache}`,
      `--xfn-cache-dir=${cache}`,
      `--metrics-port=${this.metricsPort}`,
      `--health-probe-port=${this.#healthPort}`,
      ...args,
    ];
    this.#crossplane = new Process(this.#folder, "crossplane", flags, {
      ...this.cluster.environment,
      POD_NAMESPACE: "crossplane-system",
    });
    await this.#crossplane.ready(
      async () => (await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`)).ok,
    );
  }

  async stopCrossplane(): Promise<void> {
    this.#earlierCpuSeconds = this.crossplaneCpuSeconds;
    await this.#crossplane?.stop();
    this.#crossplane = undefined;
  }

  /** Of all its processes, one after another. */
  get crossplaneCpuSeconds(): number {
    return this.#earlierCpuSeconds + (this.#crossplane?.cpuSeconds ?? 0);
  }

  async stop(): Promise<void> {
    await this.stopCrossplane();
    this.api.close();
    await this.function.stop();
    await this.apiServer.stop();
    await this.etcd.stop();
  }
}

function kubeconfig(folder: string, port: number): string {
  const file = join(folder, "kubeconfig");
  const server = {
    server: `https://127.0.0.1:${port}`,
    "certificate-authority": join(folder, "certificates/ca.crt"),
  };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "bench", cluster: server }],
    users: [{ name: "admin", user: { token: TOKEN } }],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "admin" } }],
    "current-context": "bench",
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

function apiServerFlags(folder: string, port: number, etcdUrl: string): string[] {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = join(folder, "service-account.key");
  writeFileSync(key, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
  const tokens = join(folder, "tokens.csv");
  writeFileSync(tokens, `${TOKEN},admin,admin,system:masters\n`, { mode: 0o600 });
  return [
    `--etcd-servers=${etcdUrl}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${join(folder, "certificates/tls.crt")}`,
    `--tls-private-key-file=${join(folder, "certificates/tls.key")}`,
    `--token-auth-file=${tokens}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.97.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    // Nobody makes service accounts here.
    "--disable-admission-plugins=ServiceAccount",
  ];
}
