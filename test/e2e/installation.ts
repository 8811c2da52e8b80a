import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseAllDocuments, parseDocument, stringify } from "yaml";
import { freshBundle, FUNCTION, OBSERVER, SIDECAR } from "../../scripts/build.ts";
import { kubectl, type Cluster } from "../cluster/cluster.ts";
import { freePorts } from "../conformance/servers/process.ts";
import { type FunctionProcess, startFunction, stopFunction } from "./function-process.ts";
import { imageName } from "./images.ts";
import { credentials, type Place } from "./place.ts";
import { RUN_LABEL } from "./preflight.ts";
import { tell } from "./story.ts";
import type { Undo } from "./undoing.ts";

const ROOT = resolve(import.meta.dirname, "../..");
export const CONNECTION_SECRET = "rabbitmq-connection";
export const PASSWORD_SECRET = "asya-rabbitmq";

/** What a run's actors depend on. */
export interface Installation {
  /** Which actors name in `spec.crossplane.compositionRef`. */
  composition: string;
  /** EnvironmentConfig with the platform's settings. */
  platform: string;
  /** undefined = the cluster runs the function from its package. */
  functionProcess: FunctionProcess | undefined;
}

/** Installs Asya as docs/install.md says. @param undo - takes what takes it away again, before there is something to take away. */
export async function install(
  cluster: Cluster,
  place: Place,
  namespace: string,
  vhost: string,
  undo: Undo,
): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), "asya-e2e-"));
  for (const room of ["compositions", "observer", "xrds"]) symlinkSync(join(ROOT, room), join(folder, room));
  writeFileSync(join(folder, "platform.yaml"), platform(place, namespace, vhost));
  writeFileSync(join(folder, "topology.yaml"), topology(namespace, vhost));
  writeFileSync(join(folder, "observer.yaml"), observer(place));
  undo("temporary files", () => rmSync(folder, { recursive: true, force: true }));
  for (const [kind, name] of INSTALLED.toReversed())
    // n.b. An XRD stays until the last of its actors is gone, also those of somebody's kept run.
    undo(`${kind} ${name}`, () =>
      kubectl(cluster, ["delete", kind, name, "--ignore-not-found", "--wait", "--timeout=90s"]),
    );
  // n.b. Its operator needs the namespace's Secret for it.
  undo("the shared topology", () =>
    kubectl(cluster, [
      "delete",
      "-f",
      join(folder, "topology.yaml"),
      "--ignore-not-found",
      "--wait",
      "--timeout=60s",
    ]),
  );
  let functionProcess: FunctionProcess | undefined;
  for (const commands of commandsOfDocs()) {
    if (commands.includes("function.pkg"))
      functionProcess = await provideFunction(cluster, place, NAMES.function, undo);
    tell(`docs/install.md: ${commands.replaceAll("\n", "; ")}`);
    execFileSync("sh", ["-ec", commands], {
      cwd: folder,
      env: cluster.environment,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return { composition: NAMES.composition, platform: NAMES.platform, functionProcess };
}

/** As installed for all actors of a cluster. */
export const NAMES = {
  composition: "asyncactor",
  function: "function-asyncactor",
  platform: "asya-platform",
} as const;

const INSTALLED: readonly (readonly [string, string])[] = [
  ["namespace", "asya-system"],
  ["clusterrolebinding", "asya-observer"],
  ["clusterrole", "asya-observer"],
  ["environmentconfig", NAMES.platform],
  ["composition", NAMES.composition],
  ["xrd", "asyncactors.asya.sh"],
  ["function.pkg.crossplane.io", NAMES.function],
  ["functionrevision.pkg.crossplane.io", `${NAMES.function}-local`],
  ["clusterrole", "asya-crossplane"],
];

/** The shell blocks of the page's numbered sections, in order. */
function commandsOfDocs(): string[] {
  const text =
    readFileSync(join(ROOT, "docs/install.md"), "utf8").split("## When something is wrong")[0] ?? "";
  return [...text.matchAll(/```sh\n([^`]*?)\n```/g)].map(([, commands]) => commands ?? "");
}

export function platform(
  place: Place,
  namespace: string,
  vhost: string,
  name = NAMES.platform as string,
): string {
  return stringify({
    apiVersion: "apiextensions.crossplane.io/v1beta1",
    kind: "EnvironmentConfig",
    metadata: { name, labels: { [RUN_LABEL]: "true" } },
    data: {
      transports: {
        rabbitmq: {
          type: "rabbitmq",
          enabled: true,
          config: {
            host: place.brokerHost,
            vhost,
            username: credentials(place).username,
            passwordSecretRef: { name: PASSWORD_SECRET, key: "password" },
            brokerVersion: "3.10",
            connection: { secretName: CONNECTION_SECRET },
          },
        },
      },
      sidecar: {
        image: place.sidecarImage ?? imageName(SIDECAR),
        resources: { requests: { cpu: "10m", memory: "64Mi" } },
      },
      namespaces: { [namespace]: { defaults: { deletion: { messages: "Delete" } } } },
    },
  });
}

export function topology(namespace: string, vhost: string): string {
  const text = readFileSync(join(ROOT, "compositions/platform/rabbitmq-topology.yaml"), "utf8");
  return parseAllDocuments(text)
    .map((document) => {
      document.setIn(["metadata", "namespace"], namespace);
      document.setIn(["spec", "vhost"], vhost);
      document.setIn(["spec", "rabbitmqClusterReference"], { connectionSecret: { name: CONNECTION_SECRET } });
      return document.toString();
    })
    .join("---\n");
}

/** From its package where the cluster can pull it; else as a process that Crossplane is told of. */
export async function provideFunction(
  cluster: Cluster,
  place: Place,
  name: string,
  undo: Undo,
): Promise<FunctionProcess | undefined> {
  if (place.functionPackage !== undefined) {
    tell(`the function comes from its package, ${place.functionPackage}`);
    const object = {
      apiVersion: "pkg.crossplane.io/v1",
      kind: "Function",
      metadata: { name },
      spec: { package: place.functionPackage },
    };
    kubectl(cluster, ["apply", "-f", "-"], JSON.stringify(object));
    return undefined;
  }
  if (place.shared === undefined) throw new Error("no way to run the function: E2E_FUNCTION_PACKAGE");
  const address = `localhost:${(await freePorts(1))[0]}`;
  const certificates = execFileSync(join(place.shared, "function"), [name, address], {
    encoding: "utf8",
  }).trim();
  const bundle = await freshBundle(FUNCTION);
  const options = ["--address", address, "--tls-server-certs-dir", certificates, "--metrics-address", "off"];
  const running = { command: [bundle, ...options], pidFile: join(certificates, "function.pid") };
  const pid = startFunction(running);
  undo("the function's process", () => stopFunction(running));
  tell(`the function runs as process ${pid} at ${address}`);
  return running;
}

function observer({ observerImage }: Place): string {
  const document = parseDocument(readFileSync(join(ROOT, "observer/deployment.yaml"), "utf8"));
  document.setIn(
    ["spec", "template", "spec", "containers", 0, "image"],
    observerImage ?? imageName(OBSERVER),
  );
  return document.toString();
}
