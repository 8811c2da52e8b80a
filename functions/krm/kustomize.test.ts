import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { freshBundle, KRM } from "../../scripts/build.ts";
import { findProgram } from "../../test/real-program.ts";

const kustomize = findProgram("kustomize");

const ACTOR = `# Owned by the pages team
apiVersion: asya.sh/v1alpha1
kind: AsyncActor # the reader
metadata:
  name: read-page
  namespace: pages
spec:
  transport: "rabbitmq"
  workload:
    template:
      spec:
        containers:
        # pinned by the release job
        - name: asya-runtime
          image: 'pages:1.0.0' # old
          env: [{name: ASYA_HANDLER, value: pages.read}]
---
# second
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data: {a: 'x', b: "0644"} # as it was
`;
const PLATFORM = `apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: {name: asya-platform}
data:
  sidecar: {image: "sidecar:1"}
  transports:
    rabbitmq: {type: rabbitmq, enabled: true, config: {host: rabbitmq, username: asya, passwordSecretRef: {name: s, key: k}, connection: {secretName: c}}}
`;
const TYPO = ACTOR.replace('transport: "rabbitmq"', 'transport: "rabitmq"');

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "asya-kustomize-"));
  mkdirSync(join(folder, "configuration/actors"), { recursive: true });
  write("configuration/platform.yaml", PLATFORM);
  write("configuration/actors/read.yaml", ACTOR);
  cpSync(await freshBundle(KRM), join(folder, "krm.mjs"));
  write("asya-krm", `#!/bin/sh\nexec '${process.execPath}' '${join(folder, "krm.mjs")}'\n`);
  chmodSync(join(folder, "asya-krm"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

const read = (path: string) => readFileSync(join(folder, path), "utf8");

/** A function's configuration, for `fn run` in a folder of its own, for `build` beside what it works on. */
function writeFunction(path: string, kind: string, spec?: object): void {
  const exec = `exec:\n  path: ${join(folder, "asya-krm")}\n`;
  const metadata = { name: "it", annotations: { "config.kubernetes.io/function": exec } };
  mkdirSync(join(folder, path, ".."), { recursive: true });
  write(path, JSON.stringify({ apiVersion: "asya.sh/v1alpha1", kind, metadata, ...(spec && { spec }) }));
}

/** n.b. kustomize gives an exec function no environment but what it is told to. */
function run(...args: readonly string[]) {
  return spawnSync(kustomize ?? "", args, { cwd: folder, encoding: "utf8" });
}

const fnRun = (...more: readonly string[]) =>
  run("fn", "run", "configuration", "--fn-path", "functions", "--enable-exec", ...more);
const build = () => run("build", "--enable-alpha-plugins", "--enable-exec", "configuration");

describe.skipIf(kustomize === undefined)("the real kustomize", () => {
  test("set-image changes one line of one file and not a byte elsewhere", () => {
    writeFunction("functions/set.yaml", "SetImage", { image: "pages:1.1.0", actors: ["read-page"] });
    const { status, stderr } = fnRun();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(read("configuration/actors/read.yaml")).toBe(ACTOR.replace("pages:1.0.0", "pages:1.1.0"));
    expect(read("configuration/platform.yaml")).toBe(PLATFORM);
  });

  test("validate-actors leaves a sound folder as it was", () => {
    writeFunction("functions/validate.yaml", "ValidateActors");
    expect(fnRun()).toMatchObject({ status: 0 });
    expect(read("configuration/actors/read.yaml")).toBe(ACTOR);
    expect(readdirSync(join(folder, "configuration"))).toEqual(["actors", "platform.yaml"]);
  });

  test("a mistake fails the run, with results that name severity, field, file and document", () => {
    write("configuration/actors/read.yaml", `${ACTOR}---\n${TYPO.replaceAll(/read-page|other/g, "third")}`);
    writeFunction("functions/validate.yaml", "ValidateActors");
    mkdirSync(join(folder, "results"));
    const { status, stderr } = fnRun("--results-dir", join(folder, "results"));
    expect(status).toBe(1);
    expect(stderr).toContain("actors/read.yaml spec.transport: ASYA-E022 ");
    const [file = ""] = readdirSync(join(folder, "results"));
    const results = parse(read(join("results", file))) as { severity: string }[];
    expect(results.filter(({ severity }) => severity === "error")).toEqual([
      {
        severity: "error",
        message: expect.stringMatching(/^ASYA-E022 .*did you mean "rabbitmq"/) as string,
        resourceRef: {
          apiVersion: "asya.sh/v1alpha1",
          kind: "AsyncActor",
          name: "third",
          namespace: "pages",
        },
        field: { path: "spec.transport" },
        file: { path: "actors/read.yaml", index: 2 },
        tags: { code: "ASYA-E022" },
      },
    ]);
  });

  test("kustomize build stops at a mistake, and builds without it", () => {
    const kustomization = {
      resources: ["platform.yaml", "actors/read.yaml"],
      transformers: ["validate.yaml"],
    };
    write("configuration/kustomization.yaml", JSON.stringify(kustomization));
    writeFunction("configuration/validate.yaml", "ValidateActors");
    const sound = build();
    expect(sound).toMatchObject({ status: 0 });
    expect(parseAllDocuments(sound.stdout)).toHaveLength(3);
    write("configuration/actors/read.yaml", TYPO);
    const broken = build();
    expect(broken).toMatchObject({ status: 1, stdout: "" });
    expect(broken.stderr).toContain("AsyncActor/read-page spec.transport: ASYA-E022 ");
  });

  test("kustomize build with render-actors prints what each actor becomes", () => {
    const kustomization = { resources: ["platform.yaml", "actors/read.yaml"], transformers: ["render.yaml"] };
    write("configuration/kustomization.yaml", JSON.stringify(kustomization));
    writeFunction("configuration/render.yaml", "RenderActors");
    const { status, stdout } = build();
    expect(status).toBe(0);
    const kinds = parseAllDocuments(stdout).map((one) => (one.toJS() as { kind: string }).kind);
    expect(kinds).toEqual(expect.arrayContaining(["AsyncActor", "ConfigMap", "Queue", "Deployment"]));
  });

  test.each([
    [{ actors: ["read-page"] }, "set-image needs functionConfig.spec.image"],
    [{ image: "a:1", actors: "read-page" }, "functionConfig.spec.actors must be a list"],
    [{ image: "a:1", actors: ["nobody"] }, "there is no actor nobody"],
    [{ image: "a:1", container: "other" }, "read-page has no container other"],
    [{ image: "a:1", actor: ["read-page"] }, 'functionConfig.spec has no key "actor"'],
  ])("set-image with %j changes nothing and says why", (spec, message) => {
    writeFunction("functions/set.yaml", "SetImage", spec);
    const { status, stderr } = fnRun();
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(read("configuration/actors/read.yaml")).toBe(ACTOR);
  });
});
