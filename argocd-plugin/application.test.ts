import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { leastActor } from "../test/least-actor.ts";
import { formatFinding } from "../core/finding.ts";
import { findProgram } from "../test/real-program.ts";
import { answerFor } from "./answer.ts";
import { readApplication } from "./application.ts";
import { readParameters } from "./parameters.ts";

const kustomize = findProgram("kustomize");

let place: string;
beforeEach(() => (place = mkdtempSync(join(tmpdir(), "asya-application-"))));
afterEach(() => rmSync(place, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    writeFileSync(join(place, file), text);
  }
}

const ACTOR = leastActor("ocr");
const TYPO = ACTOR.replace("transport:", "scalling: {}\n  transport:");
const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

/** A program in kustomize's place. */
function program(script: string): string {
  const path = join(place, "program");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function findingsOf(folder: string, asked: Parameters<typeof readApplication>[1] = {}) {
  const { findings, objects } = await readApplication(join(place, folder), asked);
  expect(objects).toEqual([]);
  return findings.map(formatFinding);
}

test.each([
  [{}, "no kustomize in PATH, and ASYA_KUSTOMIZE is not set"],
  [{ PATH: ".:/nowhere" }, "no kustomize in PATH, and ASYA_KUSTOMIZE is not set"],
  [
    { ASYA_KUSTOMIZE: "/nowhere" },
    "ASYA_KUSTOMIZE names /nowhere, which is no program with an absolute path",
  ],
  [{ ASYA_KUSTOMIZE: "/" }, "ASYA_KUSTOMIZE names /, which is no program with an absolute path"],
])("without kustomize (%j) a finding says what was looked for", async (env, words) => {
  write({ "team/kustomization.yaml": "resources: []\n" });
  expect(await findingsOf("team", { env })).toEqual([
    `kustomization.yaml:1:1 ASYA-E047 must be built by kustomize, which is not here (${words}) - add kustomize to the plugin's image, or commit what kustomize build prints, in a folder without this file, and let the Application name that folder`,
  ]);
});

test("what is wrong with the text that kustomize prints stands at the kustomization, as nobody has its lines", async () => {
  write({ "team/kustomization.yaml": "" });
  const env = { ASYA_KUSTOMIZE: program(`printf '${CONFIG_MAP}---\\na: [\\n---\\nreplicas: 3\\n'`) };
  const { findings } = await readApplication(join(place, "team"), { env });
  expect(findings.map(formatFinding)).toEqual([
    expect.stringMatching(/^kustomization\.yaml:1:1 ASYA-E001 /),
    expect.stringMatching(/^kustomization\.yaml:1:1 ASYA-E007 /),
  ]);
});

test("a kustomize in PATH is taken", async () => {
  write({ "team/Kustomization": "resources: []\n", "bin/kustomize": `#!/bin/sh\nprintf '${CONFIG_MAP}'\n` });
  chmodSync(join(place, "bin/kustomize"), 0o755);
  const { objects, findings } = await readApplication(join(place, "team"), {
    env: { PATH: join(place, "bin") },
  });
  expect(findings).toEqual([]);
  expect(objects.map(({ title, file }) => [title, file])).toEqual([["ConfigMap/a", "Kustomization"]]);
});

test("a build that takes too long is ended, and a finding says so", async () => {
  write({ "team/kustomization.yaml": "" });
  const env = { ASYA_KUSTOMIZE: program("exec /bin/sleep 60") };
  const startedAt = performance.now();
  expect(await findingsOf("team", { env, buildMs: 200 })).toEqual([
    expect.stringMatching(
      /^kustomization.yaml:1:1 ASYA-E047 kustomize build was ended after 0.2 s - make several/,
    ),
  ]);
  expect(performance.now() - startedAt).toBeLessThan(30_000);
});

test("a build that prints without end is ended, and a finding says so", async () => {
  write({ "team/kustomization.yaml": "" });
  const env = { ASYA_KUSTOMIZE: program("exec /usr/bin/yes") };
  expect(await findingsOf("team", { env })).toEqual([
    expect.stringMatching(/^kustomization.yaml:1:1 ASYA-E047 kustomize build prints more than 16\.0 MiB - /),
  ]);
});

test("kustomize gets no variable of ours and no PATH", async () => {
  write({ "team/kustomization.yaml": "" });
  const env = { ASYA_KUSTOMIZE: program('echo "Error: $PATH $(/usr/bin/env)" >&2; exit 3'), SECRET: "s" };
  const [text] = await findingsOf("team", { env });
  expect(text).toContain("kustomize build failed (got 3): ");
  expect(text).toContain("HTTPS_PROXY=http://127.0.0.1:9");
  expect(text).not.toMatch(/SECRET|HOME=/);
});

test("files that are too large are refused before kustomize reads them", async () => {
  write({ "team/kustomization.yaml": "", "team/big.yaml": "#".repeat((16 << 20) + 1) });
  const env = { ASYA_KUSTOMIZE: program("exit 9") };
  expect(await findingsOf("team", { env })).toEqual([expect.stringMatching(/^big.yaml:1:1 ASYA-E003 /)]);
});

describe.skipIf(kustomize === undefined)("with the real kustomize", () => {
  const env = { ASYA_KUSTOMIZE: kustomize };

  /** What the plugin says of a folder, through the environment as in its container. */
  async function answer(folder: string, sourcePath: string) {
    process.env["ASYA_KUSTOMIZE"] = kustomize;
    try {
      const parameters = readParameters(undefined, {});
      return await answerFor(join(place, folder), {
        parameters,
        destination: undefined,
        sourcePath,
        notes: false,
      });
    } finally {
      delete process.env["ASYA_KUSTOMIZE"];
    }
  }

  test("what an overlay makes of its base is printed, with the base's file as its source", async () => {
    write({
      "base/kustomization.yaml": "resources: [ocr.yaml]\n",
      "base/ocr.yaml": ACTOR,
      "prod/kustomization.yaml":
        "resources: [../base]\nnamePrefix: prod-\nimages: []\nbuildMetadata: [originAnnotations]\npatches:\n- patch: |\n    - {op: replace, path: /spec/transport, value: sqs}\n  target: {kind: AsyncActor}\n",
    });
    const { objects, findings, stops } = await answer("prod", "team/prod");
    expect(findings.kept).toEqual([]);
    expect(stops).toBe(false);
    expect(objects.map((object) => object.read())).toMatchObject([
      {
        metadata: {
          name: "prod-ocr",
          annotations: {
            "asya.sh/source": "team/base/ocr.yaml",
            "argocd.argoproj.io/sync-wave": "100",
          },
        },
        spec: { transport: "sqs" },
      },
    ]);
  });

  test("a finding names the object, and the file that kustomize names or else the kustomization", async () => {
    write({
      "told/kustomization.yaml": "resources: [ocr.yaml]\nbuildMetadata: [originAnnotations]\n",
      "told/ocr.yaml": TYPO,
      "untold/kustomization.yaml": "resources: [ocr.yaml]\n",
      "untold/ocr.yaml": TYPO,
    });
    const [told, untold] = await Promise.all([answer("told", "told"), answer("untold", "untold")]);
    const words = "ASYA-E010 AsyncActor/ocr spec.scalling: ";
    expect(told.findings.kept.map(formatFinding)).toEqual([expect.stringContaining(`ocr.yaml ${words}`)]);
    expect(untold.findings.kept.map(formatFinding)).toEqual([
      expect.stringContaining(`kustomization.yaml ${words}`),
    ]);
    expect(told.stops).toBe(true);
  });

  test("a kustomization that makes nothing is an empty folder", async () => {
    write({ "team/kustomization.yaml": "resources: []\n" });
    const [text] = await findingsOf("team", { env });
    expect(text).toMatch(/^kustomization\.yaml:1:1 ASYA-E004 kustomize build prints no object - /);
  });

  test("its errors are findings, with paths from the folder and without what it cites", async () => {
    write({ "team/kustomization.yaml": "resources: [nope.yaml]\n" });
    const [missing] = await findingsOf("team", { env });
    expect(missing).toMatch(
      /^kustomization\.yaml:1:1 ASYA-E047 kustomize build failed \(got 1\): .*nope\.yaml/,
    );
    expect(missing).not.toContain(place);
    write({
      "team/kustomization.yaml": 'resources: [a.yaml]\npatches:\n- patch: "a: hunter2 ["\n',
      "team/a.yaml": CONFIG_MAP,
    });
    const [cited] = await findingsOf("team", { env });
    expect(cited).toContain("ASYA-E047 kustomize build failed");
    expect(cited).not.toContain("hunter2");
  });

  const HUNGRY = {
    "an alias bomb": (folder: string) => {
      const level = (index: number) =>
        `  a${index}: &a${index} [${Array(9)
          .fill(index === 0 ? "x" : `*a${index - 1}`)
          .join(",")}]\n`;
      const levels = Array.from({ length: 10 }, (_, index) => level(index)).join("");
      writeFileSync(join(folder, "a.yaml"), `${CONFIG_MAP}x:\n${levels}`);
      writeFileSync(join(folder, "kustomization.yaml"), "resources: [a.yaml]\n");
    },
    "a generator of a gigabyte": (folder: string) => {
      writeFileSync(join(folder, "big.bin"), "");
      truncateSync(join(folder, "big.bin"), 2 ** 30);
      writeFileSync(
        join(folder, "kustomization.yaml"),
        "configMapGenerator: [{name: a, files: [big.bin]}]\n",
      );
    },
  };
  test.each(Object.entries(HUNGRY))("%s is ended before it takes the memory of others", async (_, make) => {
    mkdirSync(join(place, "team"));
    make(join(place, "team"));
    const startedAt = performance.now();
    expect(await findingsOf("team", { env })).toEqual([
      expect.stringMatching(
        /^kustomization\.yaml:1:1 ASYA-E047 kustomize build took more than 128\.0 MiB of memory and was ended - /,
      ),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  const POWER = {
    "a file outside of the folder": { "kustomization.yaml": "resources: [../secret.yaml]\n" },
    "a Helm chart": {
      "kustomization.yaml": "helmCharts: [{name: a, repo: 'http://127.0.0.1:9', version: 1.0.0}]\n",
    },
    "a program as a function": {
      "kustomization.yaml": "generators: [g.yaml]\n",
      "g.yaml":
        "apiVersion: a.b/v1\nkind: G\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: /bin/true}\n",
    },
    "a remote file": { "kustomization.yaml": "resources: ['http://asya.invalid/a.yaml']\n" },
    "a remote repository": { "kustomization.yaml": "resources: ['git@asya.invalid:a/b.git']\n" },
  };
  test.each(Object.entries(POWER))("%s is refused", async (_, files) => {
    write({ "secret.yaml": CONFIG_MAP });
    write(Object.fromEntries(Object.entries(files).map(([file, text]) => [`team/${file}`, text])));
    const [text] = await findingsOf("team", { env });
    expect(text).toMatch(/^kustomization\.yaml:1:1 ASYA-E047 kustomize build failed \(got 1\): /);
  });
});
