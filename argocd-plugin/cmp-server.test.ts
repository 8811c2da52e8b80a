import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leastActor } from "../test/least-actor.ts";
import { pack } from "tar-stream";
import { parseDocument } from "yaml";
import { freshBundle, PLUGIN } from "../scripts/build.ts";
import { type Started, startServer } from "../test/conformance/servers/process.ts";
import { findProgram } from "../test/real-program.ts";
import { readText } from "../test/requests.ts";
import { PluginClient } from "./server/call.ts";

const argocd = findProgram("argocd");
const kustomize = findProgram("kustomize");

const ACTOR = leastActor("a");

async function archive(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.finalize();
  return await buffer(tar.pipe(createGzip()));
}

describe.skipIf(argocd === undefined || kustomize === undefined)("run by Argo CD's own plugin server", () => {
  let root: string;
  let server: Started;
  let client: PluginClient;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "asya-cmp-"));
    for (const folder of ["plugin", "sockets", "tmp"]) mkdirSync(join(root, folder));
    copyFileSync(await freshBundle(PLUGIN), join(root, "plugin/plugin.mjs"));
    const settings = parseDocument(readText("argocd-plugin/plugin.yaml"));
    settings.deleteIn(["spec", "version"]);
    const command = [process.execPath, join(root, "plugin/plugin.mjs"), "generate"];
    settings.setIn(["spec", "generate", "command"], command);
    writeFileSync(join(root, "plugin/plugin.yaml"), settings.toString());
    // n.b. the name picks the role of Argo CD's one binary.
    const program = join(root, "argocd-cmp-server");
    symlinkSync(argocd ?? "", program);
    const env = {
      ARGOCD_PLUGINSOCKFILEPATH: join(root, "sockets"),
      ARGOCD_CMP_WORKDIR: join(root, "work"),
      TMPDIR: join(root, "tmp"),
      PATH: `${dirname(kustomize ?? "")}:${process.env["PATH"] ?? ""}`,
      ASYA_PLUGIN_DEADLINE: "2s",
    };
    const socket = join(root, "sockets/asya.sock");
    const log = join(root, "log");
    const options = { env, log, port: socket, withinMs: 30_000 };
    server = await startServer([program, "--config-dir-path", join(root, "plugin")], options);
    client = new PluginClient(socket);
  });

  afterAll(async () => {
    client.close();
    await server.stop();
    rmSync(root, { recursive: true });
  });

  test("a folder with a kustomization comes as what kustomize builds", async () => {
    const repository = await archive({
      "base/kustomization.yaml": "resources: [a.yaml]\n",
      "base/a.yaml": ACTOR,
      "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\n",
    });
    const manifests = await client.generate(repository, { appRelPath: "prod" });
    expect(manifests.map((each) => JSON.parse(each) as unknown)).toMatchObject([
      { kind: "AsyncActor", metadata: { name: "prod-a" } },
    ]);
  });

  test("what kustomize refuses comes as a finding, without the folder that Argo CD made", async () => {
    const repository = await archive({
      "team/base/kustomization.yaml": "resources: [nope.yaml]\n",
      "team/prod/kustomization.yaml": "resources: [../base]\n",
    });
    const answer = client.generate(repository, { appRelPath: "team/prod" });
    await expect(answer).rejects.toThrow(
      /kustomization\.yaml:1:1 ASYA-E047 kustomize build failed \(got 1\): .*'\.\.\/base\/nope\.yaml'/,
    );
    await expect(answer).rejects.not.toThrow(/_cmp_server/);
  });

  test("a folder that takes too long is said to, where Argo CD itself would say only that it killed a process", async () => {
    const actors = Array.from({ length: 45_000 }, (_, index) => ACTOR.replace("name: a", `name: a${index}`));
    const repository = await archive({ "prod/a.yaml": actors.join("---\n") });
    const startedAt = performance.now();
    await expect(client.generate(repository, { appRelPath: "prod" })).rejects.toThrow(
      /failed exit status 1: asya-plugin: stopped after 2 s \(ASYA_PLUGIN_DEADLINE; .*\): (reading files|judging objects), \d+ of \d+ done, at a\.yaml - make several/,
    );
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
