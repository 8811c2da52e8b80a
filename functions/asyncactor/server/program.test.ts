import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { RunFunctionRequest } from "@crossplane-org/function-sdk-typescript";
import { credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificates } from "../../../cli/certificates.ts";
import { clientCredentials, FunctionClient } from "./call.ts";
import { startFunction } from "./start.ts";

const PROGRAM = resolve(import.meta.dirname, "../../../test/bench/empty-function.ts");
const REQUEST = RunFunctionRequest.fromPartial({ meta: { tag: "t" } });

let folder: string;
let certificates: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asya-program-"));
  certificates = join(folder, "certificates");
  await makeCertificates(certificates);
});
afterAll(() => rm(folder, { recursive: true }));

test("it serves mutual TLS from the folder, metrics and liveness, and SIGTERM ends it with 0 beside an open client", async () => {
  const program = await startFunction(PROGRAM, [
    `--tls-server-certs-dir=${certificates}`,
    "--metrics-address=127.0.0.1:0",
  ]);
  const client = new FunctionClient(program.address, clientCredentials(certificates, certificates));
  expect((await client.run(REQUEST)).meta?.tag).toBe("t");

  const metrics = await fetch(`http://127.0.0.1:${program.metricsPort}/metrics`);
  expect(await metrics.text()).toMatch(/^asya_function_calls_total\{outcome="ok"\} 1$/m);
  expect((await fetch(`http://127.0.0.1:${program.metricsPort}/healthz`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${program.metricsPort}/other`)).status).toBe(404);

  expect(await program.stop()).toBe(0);
  client.close();
});

test("plain text only with --insecure, and then it says so", async () => {
  const program = await startFunction(PROGRAM, ["--insecure", "--metrics-address=off"]);
  const client = new FunctionClient(program.address, credentials.createInsecure());
  expect((await client.run(REQUEST)).meta?.tag).toBe("t");
  client.close();
  expect(await program.stop()).toBe(0);
});

test.each([
  ["a missing folder", "missing", [], "missing/ca.crt (ENOENT)"],
  ["an empty folder", "empty", [], "empty/ca.crt (ENOENT)"],
  ["an empty file", "empty-file", [["ca.crt", ""]], "empty-file/ca.crt has no PEM block"],
] as const)("%s is an error that names it, exit 1", async (_, name, files, message) => {
  if (name !== "missing") await mkdir(join(folder, name));
  for (const [file, content] of files) await writeFile(join(folder, name, file), content);
  const result = run([`--tls-server-certs-dir=${join(folder, name)}`]);
  expect(result.stderr).toContain(join(folder, message));
  expect(result.status).toBe(1);
});

test("a key of another certificate is an error that names the folder, exit 1", async () => {
  const mixed = join(folder, "mixed");
  await makeCertificates(mixed);
  await copyFile(join(certificates, "tls.key"), join(mixed, "tls.key"));
  const result = run([`--tls-server-certs-dir=${mixed}`]);
  expect(result.stderr).toMatch(`${mixed}: ca.crt, tls.crt, tls.key are not PEM files that belong together`);
  expect(result.status).toBe(1);
});

test.each(["--address", "--metrics-address"])(
  "a taken port at %s is one clear line and exit 1",
  async (flag) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const result = run(["--insecure", "--metrics-address=off", `${flag}=127.0.0.1:${port}`]);
    taken.close();
    expect(result.stderr).toContain(`127.0.0.1:${port}`);
    expect(result.stderr).toContain("EADDRINUSE");
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
    expect(result.status).toBe(1);
  },
);

test("-h explains every flag with exit 0; an unknown flag is exit 2", () => {
  const help = run(["-h"]);
  expect(help.stdout).toContain("--tls-server-certs-dir DIR");
  expect(help.status).toBe(0);
  const unknown = run(["--adress=:1"]);
  expect(unknown.stderr).toBe("function-asyncactor: Unknown option '--adress' (-h explains the flags)\n");
  expect(unknown.status).toBe(2);
});

function run(flags: readonly string[]) {
  return spawnSync(process.execPath, [PROGRAM, ...flags], { encoding: "utf8", timeout: 10_000 });
}
