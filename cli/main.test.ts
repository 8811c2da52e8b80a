import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";

const ROOT = resolve(import.meta.dirname, "..");
/** Three starts of three programs each; other tests run beside it. */
const TIMEOUT = { timeout: 60_000 };
const folder = mkdtempSync(join(tmpdir(), "asya-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function asya(...args: string[]) {
  return asyaIn(ROOT, ...args);
}

function asyaIn(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "cli/main.ts"), ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "asya-tests-compile-cache") },
  });
  return { status, stdout, stderr };
}

test("validate says with which platform it judged, and ends with 0 where nothing is wrong", () => {
  const { status, stderr } = asya("validate", "examples/pipeline");
  expect(status).toBe(0);
  expect(stderr).toBe(
    "3 actors in 4 files, judged with a built-in example platform (--platform names yours): nothing that anybody would refuse\n",
  );
});

test("validate ends with 1 at any error, and its findings are JSON where asked for", () => {
  const { status, stdout } = asya("validate", "examples/mistakes", "-o", "json", "--quiet");
  expect(status).toBe(1);
  const findings = JSON.parse(stdout) as Record<string, unknown>[];
  expect(findings[0]).toMatchObject({ code: expect.stringMatching(/^ASYA-E/) as string, severity: "error" });
  expect(new Set(findings.map(({ severity }) => severity))).toEqual(new Set(["error"]));
});

test("findings name files as seen from where the user is", () => {
  const first = ({ stdout }: { stdout: string }) => stdout.split(" ")[0];
  const examples = join(ROOT, "examples");
  expect(first(asya("validate", "examples/crew/happy-end.yaml"))).toBe("examples/crew/happy-end.yaml:14:7");
  expect(first(asyaIn(examples, "validate", "./crew/"))).toBe("crew/error-end.yaml:14:7");
  expect(first(asyaIn(folder, "validate", examples + "/crew"))).toBe(`${examples}/crew/error-end.yaml:14:7`);
  expect(asyaIn(folder, "validate", ".").stdout).toBe(
    ".:1:1 ASYA-E004 the folder has no .yaml, .yml or .json file - correct the Application's path, or commit an object\n1 error\n",
  );
});

test("render prints every composed object as YAML documents or one JSON list, and nothing else", () => {
  const yaml = asya("render", "examples/no-scaling");
  const json = asya("render", "examples/no-scaling", "-o", "json");
  const documents = parseAllDocuments(yaml.stdout).map((document): unknown => document.toJS());
  expect(yaml.status).toBe(0);
  expect(documents.map((object) => (object as { kind: string }).kind).sort()).toEqual([
    "Binding",
    "Deployment",
    "Queue",
    "Queue",
  ]);
  expect(JSON.parse(json.stdout)).toEqual(documents);
});

test("render takes the platform that is named, and refuses a folder with errors without a word on stdout", () => {
  const sqs = asya(
    "render",
    "examples/no-scaling",
    "--platform",
    "examples/gpu-inference/platform.yaml",
    "-o",
    "tree",
  );
  expect(sqs.status).toBe(1);
  expect(sqs.stdout).toBe("");
  expect(sqs.stderr).toContain("ASYA-E022 spec.transport: the platform has no transport of this name");
});

test("a folder that is not there, wrong options and no command end with a sentence and what to do", () => {
  expect(asya("validate", "nowhere")).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('there is no file or folder "nowhere"') as string,
  });
  expect(asya("render", "--output", "xml")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("yaml, json, tree") as string,
  });
  expect(asya("rendr")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("Did you mean render?") as string,
  });
  expect(asya("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("validate") as string });
});

test("output that nobody takes ends with a sentence", () => {
  const command = `"${process.execPath}" cli/main.ts render examples/no-scaling > /dev/full`;
  const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: ROOT, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^asya: stdout cannot be written: ENOSPC.*\n$/);
});

test(
  "start writes one file per object into the folder that it names, and empties only its own",
  TIMEOUT,
  () => {
    const out = join(folder, "rendered");
    const started = asya("start", "examples/no-scaling", "--out", out, "--once");
    expect(started).toMatchObject({ status: 0 });
    expect(started.stdout).toContain("events/webhook-receiver");
    expect(readdirSync(join(out, "events/webhook-receiver")).sort()).toEqual([
      "deployment.yaml",
      "rabbitmq-binding.yaml",
      "rabbitmq-dlq.yaml",
      "rabbitmq-queue.yaml",
    ]);
    expect(readFileSync(join(out, "events/webhook-receiver/deployment.yaml"), "utf8")).toContain(
      "replicas: 3",
    );
    expect(asya("start", "examples/no-scaling", "--out", out, "--once").status).toBe(0);

    const precious = join(folder, "precious");
    mkdirSync(precious);
    writeFileSync(join(precious, "thesis.txt"), "years of work");
    const refused = asya("start", "examples/no-scaling", "--out", precious, "--once");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("is a folder with other files in it");
    expect(readdirSync(precious)).toEqual(["thesis.txt"]);
  },
);

test("start refuses a folder with mistakes in the plugin's own words", () => {
  const { status, stderr } = asya("start", "examples/mistakes", "--once");
  expect(status).toBe(1);
  expect(stderr).toContain(
    'typos.yaml:11:5 ASYA-E010 spec.scaling.maxReplica: maxReplica is not a known field - did you mean "maxReplicas"?',
  );
});
