import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const TIMEOUT = { timeout: 60_000 };
const repository = mkdtempSync(join(tmpdir(), "asya-diff-test-"));
afterAll(() => rmSync(repository, { recursive: true }));

function git(...args: string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  return execFileSync("git", [...identity, ...args], { cwd: repository, encoding: "utf8" });
}

function diff(...args: string[]) {
  return spawnSync(process.execPath, [join(ROOT, "cli/main.ts"), "diff", ...args], {
    cwd: repository,
    encoding: "utf8",
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "asya-tests-compile-cache") },
  });
}

function actor(name: string, { image = "a:1", spec = "" } = {}): void {
  const text = `apiVersion: asya.sh/v1alpha1
kind: AsyncActor
metadata: { name: ${name}, namespace: ml }
spec:
  transport: sqs
${spec}  workload:
    template:
      spec:
        containers:
          - { name: asya-runtime, image: "${image}", env: [{ name: DB_PASSWORD, value: hunter-${image} }] }
`;
  writeFileSync(join(repository, "actors", `${name}.yaml`), text);
}

function platform(sidecar: string, retentionSeconds: number): void {
  const text = `apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: { name: asya-platform }
data:
  sidecar: { image: "${sidecar}" }
  transports:
    sqs:
      type: sqs
      enabled: true
      config: { region: eu-central-1, accountId: "123456789012", retentionSeconds: ${retentionSeconds} }
`;
  writeFileSync(join(repository, "actors/platform.yaml"), text);
}

beforeAll(() => {
  mkdirSync(join(repository, "actors"));
  git("init", "-q", "-b", "main");
  platform("sidecar:1", 1_209_600);
  for (const name of ["a", "b", "c"]) actor(name);
  actor("gone", { spec: "  deletion: { messages: Delete }\n" });
  actor("flips");
  actor("open", { spec: "  access: { sendTo: [a] }\n" });
  git("add", "-A");
  git("commit", "-qm", "base");
});

/** The work tree as it was committed. */
function reset(): void {
  git("checkout", "-q", "--", ".");
  git("clean", "-qfd");
}

test("nothing changed is one line and exit 0", TIMEOUT, () => {
  reset();
  const { status, stdout } = diff("--base", "main", "actors");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^actors since main \([0-9a-f]{10}\): 6 unchanged\n$/);
});

test(
  "an edit is told in words, as a diff, and with marks; index and work tree stay as they are",
  TIMEOUT,
  () => {
    reset();
    actor("a", { image: "a:2" });
    actor("open");
    actor("flips", { spec: "  scaling: { enabled: true }\n" });
    rmSync(join(repository, "actors/gone.yaml"));
    const before = git("status", "--porcelain");
    const { status, stdout } = diff("--base", "main", "actors");
    expect(git("status", "--porcelain")).toBe(before);
    expect(status).toBe(0);
    expect(stdout).toContain("1 removed, 3 changed, 2 unchanged");
    expect(stdout).toContain("image of asya-runtime a:1 -> a:2");
    expect(stdout).toContain(
      "risk ASYA-R002 messages lost: ml/gone: is removed: asya-gone and asya-gone-dlq go",
    );
    expect(stdout).toContain("risk ASYA-R008 access widened: ml/open: may send to any actor (before: a)");
    expect(stdout).toMatch(/^\+ +image: a:2$/m);
    expect(stdout).not.toContain("hunter");
    expect(diff("--base", "main", "actors", "--fail-on", "risk").status).toBe(1);
    expect(diff("--base", "main", "actors", "--fail-on", "error").status).toBe(0);
  },
);

test("a platform's edit is one paragraph for all actors that it reaches", TIMEOUT, () => {
  reset();
  platform("sidecar:2", 3_600);
  const { stdout } = diff("--base", "main", "actors");
  expect(stdout).toContain("6 actors changed, by the platform or a flavor: ml/a, ml/b");
  expect(stdout).toContain("risk ASYA-R007 every pod restarted: 6 actors");
  expect(stdout).toContain("keeps messages for 3600 s instead of 1209600 s");
});

test("Markdown, JSON and SARIF tell the same", TIMEOUT, () => {
  reset();
  actor("a", { image: "a:2" });
  const file = join(repository, "..", "asya-diff-test.sarif");
  const markdown = diff("--base", "main", "actors", "-o", "markdown", "--sarif", file).stdout;
  expect(markdown).toMatch(/^<!-- asya-diff -->\n/);
  expect(markdown).toContain("<details><summary>ml/a changed</summary>");
  const sarif = JSON.parse(readFileSync(file, "utf8")) as {
    version: string;
    runs: { tool: { driver: { name: string } }; results: Record<string, unknown>[] }[];
  };
  rmSync(file);
  expect(sarif.version).toBe("2.1.0");
  expect(sarif.runs[0]?.tool.driver.name).toBe("asya");
  expect(sarif.runs[0]?.results).toContainEqual(
    expect.objectContaining({
      ruleId: "ASYA-R006",
      level: "note",
      locations: [
        { physicalLocation: { artifactLocation: { uri: "actors/a.yaml" }, region: { startLine: 1 } } },
      ],
    }),
  );
  const json = JSON.parse(diff("--base", "main", "actors", "-o", "json").stdout) as Record<string, unknown>;
  expect(json["actors"]).toMatchObject([
    { actor: "ml/a", status: "changed", file: "actors/a.yaml", line: 1 },
  ]);
});

test("errors on the new side end with 1; an actor that cannot be seen is not called removed", TIMEOUT, () => {
  reset();
  writeFileSync(join(repository, "actors/a.yaml"), "apiVersion: [\n");
  const { status, stdout } = diff("--base", "main", "actors");
  expect(status).toBe(1);
  expect(stdout).toContain("1 unreadable, 5 unchanged");
  expect(stdout).not.toContain("removed");
});

test(
  "a folder that the base has not is new, one that nobody has and an unknown base are usage",
  TIMEOUT,
  () => {
    reset();
    mkdirSync(join(repository, "fresh"));
    execFileSync("cp", ["actors/a.yaml", "actors/platform.yaml", "fresh/"], { cwd: repository });
    expect(diff("--base", "main", "fresh").stdout).toContain("The base has nothing here: everything is new.");
    expect(diff("--base", "nowhere", "actors")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--base "nowhere" names no commit') as string,
    });
    expect(diff("--base", "main", "nothing")).toMatchObject({ status: 2 });
    expect(diff("--base", "--help", "actors").status).toBe(2);
  },
);

test("what the actor's own rules refuse is an error of the new side, told with its place", TIMEOUT, () => {
  reset();
  actor("a", { spec: "  scaling: { enabled: true, maxReplica: 3 }\n" });
  const { status, stdout } = diff("--base", "main", "actors");
  expect(status).toBe(1);
  expect(stdout).toContain("Nothing of this would be applied:\nactors/a.yaml:6:");
  expect(stdout).toContain("1 refused, 5 unchanged");
});

test("a flipped workload kind is an error mark, which --fail-on error ends with 1 for", TIMEOUT, () => {
  reset();
  const file = join(repository, "actors/flips.yaml");
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace("  workload:\n", "  workload:\n    kind: StatefulSet\n"),
  );
  const { status, stdout } = diff("--base", "main", "actors", "--fail-on", "error");
  expect(stdout).toContain("error ASYA-R010 workload kind or transport flipped: ml/flips: the API server");
  expect(status).toBe(1);
});
