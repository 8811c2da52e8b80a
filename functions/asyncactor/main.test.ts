import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFunctionRequest, RunFunctionResponse } from "@crossplane-org/function-sdk-typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificates } from "../../cli/certificates.ts";
import { freshBundle, FUNCTION } from "../../scripts/build.ts";
import { readYaml, requestFor } from "../../test/requests.ts";
import { clientCredentials, FunctionClient } from "./server/call.ts";
import { startFunction, type StartedFunction } from "./server/start.ts";

let folder: string;
let program: StartedFunction;
let client: FunctionClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asya-function-"));
  const bundle = join(folder, "function.mjs");
  await copyFile(await freshBundle(FUNCTION), bundle);
  await makeCertificates(join(folder, "tls"));
  program = await startFunction(bundle, [
    `--tls-server-certs-dir=${join(folder, "tls")}`,
    "--metrics-address=127.0.0.1:0",
  ]);
  client = new FunctionClient(program.address, clientCredentials(join(folder, "tls"), join(folder, "tls")));
});
afterAll(async () => {
  client.close();
  await program.stop();
  await rm(folder, { recursive: true });
});

const quickstart = () =>
  requestFor(readYaml("examples/quickstart/read-page.yaml"), readYaml("examples/quickstart/platform.yaml"));

test("the bundle alone, in a folder without packages, composes an actor over mutual TLS", async () => {
  const response = await client.run(quickstart());
  expect(response.results).toEqual([]);
  expect(Object.keys(response.desired?.resources ?? {}).sort()).toEqual([
    "deployment",
    "rabbitmq-binding",
    "rabbitmq-dlq",
    "rabbitmq-queue",
    "scaled-object",
    "trigger-authentication",
  ]);
});

test("the same request gives the same bytes 100 times", async () => {
  const request = RunFunctionRequest.encode(quickstart()).finish();
  const first = await client.runBytes(request);
  expect(RunFunctionResponse.decode(first).desired?.resources).toHaveProperty("deployment");
  for (let call = 1; call < 100; call++)
    expect(Buffer.compare(await client.runBytes(request), first)).toBe(0);
});

test("what an actor has wrong is a FATAL result and counts as refused", async () => {
  const actor = readYaml("examples/quickstart/read-page.yaml");
  const observed = {
    deployment: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "read-page" } },
  };
  const response = await client.run(
    requestFor(actor, { ...actor, kind: "EnvironmentConfig", data: { transport: {} } }, observed),
  );
  expect(response.results[0]?.message).toContain("ASYA-E021");
  const metrics = await (await fetch(`http://127.0.0.1:${program.metricsPort}/metrics`)).text();
  expect(metrics).toMatch(/^asya_function_calls_total\{outcome="refused"\} 1$/m);
});
