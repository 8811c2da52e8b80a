import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { answerFor } from "../argocd-plugin/answer.ts";
import { readParameters } from "../argocd-plugin/parameters.ts";
import { crdValidator } from "./crds.ts";
import { findProgram } from "./real-program.ts";

const ROOT = resolve(import.meta.dirname, "..");
const FOLDER = join(ROOT, "examples/app-of-apps");
const OURS = "https://git.example.org/platform/clusters.git";
const ASYA = "https://git.example.org/asya/asya-gitops.git";
const MODULES = join(process.env["GOMODCACHE"] ?? join(homedir(), "go/pkg/mod"), "github.com");

interface Source {
  repoURL: string;
  path?: string;
  chart?: string;
  targetRevision: string;
  kustomize?: { images: string[] };
  plugin?: { name: string; parameters?: { name: string; string: string }[] };
  directory?: { include: string };
}

interface Application {
  kind: "Application";
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    project: string;
    source?: Source;
    sources?: Source[];
    destination: { server: string; namespace: string };
  };
}

interface ApplicationSet {
  kind: "ApplicationSet";
  spec: { template: object };
}

type Other = {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  spec?: object;
};

function objectsIn(...files: readonly string[]): (Application | ApplicationSet | Other)[] {
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(FOLDER, file), "utf8")).map((one) => one.toJS() as Other),
  );
}

const files = globSync("**/*.yaml", { cwd: FOLDER }).toSorted();
const teams = readdirSync(join(FOLDER, "teams"));
const all = objectsIn(...files);
const applications = all.filter((one): one is Application => one.kind === "Application");
const sources = applications.flatMap(({ spec }) => spec.sources ?? (spec.source ? [spec.source] : []));
const one = (kind: string, name: string) =>
  all.find((other) => other.kind === kind && "metadata" in other && other.metadata.name === name) as
    Other | Application;

/** What the ApplicationSet controller does: every folder, on every cluster. n.b. Only the fields that these templates name. */
function generated(file: string, clusters: readonly { name: string; server: string }[]): Application[] {
  const [set] = objectsIn(file) as [ApplicationSet];
  return teams.flatMap((team) =>
    clusters.map(({ name, server }) => {
      const values: Record<string, string> = {
        "path.basename": team,
        "path.path": `teams/${team}`,
        name,
        server,
      };
      const text = JSON.stringify(set.spec.template).replaceAll(
        /\{\{ \.([a-z.]+) \}\}/g,
        (whole, key: string) => {
          if (values[key] === undefined) throw new Error(`nobody fills in ${whole}`);
          return values[key];
        },
      );
      return { apiVersion: "argoproj.io/v1alpha1", kind: "Application", ...JSON.parse(text) } as Application;
    }),
  );
}

const here = [{ name: "in-cluster", server: "https://kubernetes.default.svc" }];
const several = [
  { name: "east", server: "https://east.example.org" },
  { name: "west", server: "https://west.example.org" },
];
const teamsHere = generated("applications/30-teams.yaml", here);
const teamsOnClusters = generated("hub/clusters.yaml", several);

test("waves go from what everything stands on to the actors", () => {
  const waves = objectsIn(...files.filter((file) => file.startsWith("applications/")))
    .filter((object): object is Application => "metadata" in object)
    .map(({ metadata: { name, annotations } }) => [
      name,
      Number(annotations?.["argocd.argoproj.io/sync-wave"] ?? 0),
    ]);
  expect(waves).toEqual([
    ["platform", -6],
    ["teams", -6],
    ["crossplane", -5],
    ["keda", -5],
    ["cert-manager", -5],
    ["rabbitmq-cluster-operator", -4],
    ["rabbitmq-topology-operator", -3],
    ["asya", -2],
    ["asya-platform", -1],
    ["teams", 0],
  ]);
});

test("versions are exact, and those that everything is tested with", () => {
  const matrix = parse(readFileSync(join(ROOT, "docs/support-matrix.json"), "utf8")) as Record<
    string,
    { tested: string[] }
  >;
  const revision = (repository: string) =>
    sources.find(({ repoURL }) => repoURL.includes(repository))?.targetRevision;
  const tested = (product: string) => matrix[product]?.tested.at(-1) ?? "none";
  expect(revision("charts.crossplane.io")).toMatch(new RegExp(`^${tested("Crossplane")}\\.\\d+$`));
  expect(revision("kedacore")).toMatch(new RegExp(`^${tested("KEDA")}\\.\\d+$`));
  expect(revision("messaging-topology-operator")).toMatch(
    new RegExp(`^v${tested("messaging-topology-operator")}\\.\\d+$`),
  );
  expect(readFileSync(join(FOLDER, "README.md"), "utf8")).toContain(
    `provider-aws-sqs:v${tested("provider-upjet-aws")}.`,
  );
  const version = `v${(parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version}`;
  expect(revision(ASYA)).toBe(version);
  for (const { plugin } of [...sources, ...teamsHere.map(({ spec }) => spec.source as Source)])
    if (plugin !== undefined) expect(plugin.name).toBe(`asya-${version}`);
  for (const { repoURL, targetRevision } of sources)
    if (repoURL !== OURS) expect(targetRevision).toMatch(/^v?\d+\.\d+\.\d+$/);
});

test("every folder and file that an Application names is there", () => {
  const found = sources.flatMap(({ repoURL, path, directory }) => {
    if (path === undefined || ![OURS, ASYA].includes(repoURL)) return [];
    return [globSync(directory?.include ?? "*.yaml", { cwd: join(repoURL === OURS ? FOLDER : ROOT, path) })];
  });
  expect(found.length).toBeGreaterThan(5);
  for (const names of found) expect(names.length).toBeGreaterThan(0);
  expect(readFileSync(join(FOLDER, "asya/observer.yaml"), "utf8")).toBe(
    readFileSync(join(ROOT, "observer/deployment.yaml"), "utf8"),
  );
});

test.each(teamsHere.map((application) => [application.metadata.name, application] as const))(
  "%s: the plugin takes the folder with the platform's settings, without a warning",
  async (_, { spec: { source, destination } }) => {
    const given = Object.fromEntries(
      (source?.plugin?.parameters ?? []).map(({ name, string }) => [name, string]),
    );
    const answer = await answerFor(join(FOLDER, source?.path ?? ""), {
      parameters: readParameters(undefined, { ...given, strictness: "warnings" }),
      destination: destination.namespace,
      sourcePath: source?.path,
      notes: false,
    });
    expect({ findings: answer.findings.kept, stops: answer.stops }).toEqual({ findings: [], stops: false });
    expect(answer.objects.length).toBeGreaterThan(0);
  },
);

test("the plugin takes the platform's folder", async () => {
  const parameters = readParameters(undefined, {});
  const question = { parameters, destination: "rabbitmq", sourcePath: "platform", notes: false };
  expect(await answerFor(join(FOLDER, "platform"), question)).toMatchObject({ stops: false });
});

test("a team has its namespace, may use it, and its queues may refer to the broker", () => {
  const project = one("AppProject", "teams").spec as { destinations: { namespace: string }[] };
  const namespaces = all.flatMap((object) => (object.kind === "Namespace" ? [object.metadata.name] : []));
  const broker = one("RabbitmqCluster", "rabbitmq").metadata.annotations ?? {};
  expect(project.destinations.map(({ namespace }) => namespace)).toEqual(teams);
  expect(namespaces).toEqual(expect.arrayContaining(teams));
  expect(broker["rabbitmq.com/topology-allowed-namespaces"]?.split(",")).toEqual(teams);
  for (const { spec } of [...teamsHere, ...teamsOnClusters]) {
    expect(spec.project).toBe("teams");
    expect(teams).toContain(spec.destination.namespace);
  }
});

test("on several clusters each team has an Application of its own on each", () => {
  const names = teamsOnClusters.map(({ metadata }) => metadata.name);
  expect(new Set(names).size).toBe(teams.length * several.length);
  expect(names).toContain("east-team-pages");
});

const more = ["argoproj/argo-cd/v3@*/manifests/crds", "rabbitmq/cluster-operator/v2@*/config/crd/bases"].map(
  (pattern) => globSync(pattern, { cwd: MODULES }).map((path) => join(MODULES, path))[0],
);
// CRDs are taken from where Go keeps modules.
const folders = more.filter((folder) => folder !== undefined);
const validator = crdValidator(folders);
if (folders.length < more.length)
  process.stderr.write(`skipped: no CRDs of Argo CD and RabbitMQ's cluster operator in ${MODULES}\n`);

test.skipIf(validator === undefined || folders.length < more.length)(
  "every object, generated ones too, is valid for its CRD",
  () => {
    for (const object of [...all, ...teamsHere, ...teamsOnClusters])
      expect(validator?.violations(object), JSON.stringify(object).slice(0, 200)).toEqual([]);
    const [{ metadata, spec }] = teamsHere as [Application];
    const wrong = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata,
      spec: { ...spec, sorce: {} },
    };
    expect(validator?.violations(wrong)).toEqual(["spec.sorce: sorce is not a known field"]);
  },
);

const kustomize = findProgram("kustomize");
const operators = [
  ["rabbitmq-cluster-operator", "rabbitmq/cluster-operator/v2"],
  ["rabbitmq-topology-operator", "rabbitmq/messaging-topology-operator"],
] as const;

const missing = operators.filter(([, module]) => globSync(`${module}@*`, { cwd: MODULES }).length === 0);
for (const [, module] of missing) process.stderr.write(`skipped: no ${module} in ${MODULES}\n`);

describe.skipIf(kustomize === undefined || missing.length > 0)("the real kustomize", () => {
  test.each(operators)(
    "%s: at its release the image is the one that the Application pins",
    (name, module) => {
      const { spec } = one("Application", name) as Application;
      const source = spec.source as Source;
      const original = join(MODULES, `${module}@${source.targetRevision}`);
      const copy = mkdtempSync(join(tmpdir(), "asya-operator-"));
      try {
        cpSync(join(original, "config"), join(copy, "config"), { recursive: true });
        execFileSync("chmod", ["-R", "u+w", copy]);
        const cwd = join(copy, source.path ?? "");
        // As Argo CD does it.
        execFileSync(kustomize ?? "", ["edit", "set", "image", ...(source.kustomize?.images ?? [])], { cwd });
        const built = execFileSync(kustomize ?? "", ["build", "."], { cwd, encoding: "utf8" });
        const images = [...built.matchAll(/^ +image: (ghcr\.io\S+)$/gm)].map(([, image]) => image);
        expect(images).toEqual([expect.stringMatching(new RegExp(`:${source.targetRevision.slice(1)}$`))]);
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    },
  );
});
