import { X509Certificate } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal, RunFunctionRequest, Severity, to } from "@crossplane-org/function-sdk-typescript";
import { Client, status, type ChannelCredentials } from "@grpc/grpc-js";
import { service as healthDefinition } from "grpc-health-check";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { makeCertificates } from "../../../cli/certificates.ts";
import type { Handler } from "./answer.ts";
import { clientCredentials, FunctionClient } from "./call.ts";
import { CertificateError, FolderCredentials, watchCredentials } from "./credentials.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createFunctionServer, listen, stopServer, type FunctionServer } from "./server.ts";

const MEBIBYTE = 1024 * 1024;
const greet: Handler = (request) => {
  const response = to(request);
  normal(response, `hello ${request.meta?.tag}`);
  return response;
};
const request = (tag: string, extra: Partial<RunFunctionRequest> = {}) =>
  RunFunctionRequest.fromPartial({ meta: { tag, capabilities: [] }, ...extra });

let folder: string;
const ours = () => join(folder, "ours");
const strangers = () => join(folder, "strangers");
const expired = () => join(folder, "expired");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asya-server-"));
  await makeCertificates(ours());
  await makeCertificates(strangers());
  await makeCertificates(expired(), { clientExpires: new Date(Date.now() - 60_000) });
});
afterAll(() => rm(folder, { recursive: true }));

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Running extends FunctionServer {
  address: string;
  metrics: Metrics;
  log: Record<string, unknown>[];
  credentials: FolderCredentials;
}

async function start(
  handler: Handler,
  certificateFolder = ours(),
  maxMessageBytes = 64 * MEBIBYTE,
): Promise<Running> {
  const log: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>) });
  const metrics = createMetrics();
  const credentials = new FolderCredentials(certificateFolder);
  const functionServer = createFunctionServer(handler, { maxMessageBytes, metrics, logger, mutualTls: true });
  const port = await listen(functionServer.server, "127.0.0.1:0", credentials);
  cleanUps.push(() => functionServer.server.forceShutdown());
  return { ...functionServer, address: `localhost:${port}`, metrics, log, credentials };
}

function connect(address: string, channelCredentials: ChannelCredentials): FunctionClient {
  const client = new FunctionClient(address, channelCredentials);
  cleanUps.push(() => client.close());
  return client;
}

test("a client with a certificate of our authority gets the handler's answer", async () => {
  const { address, metrics } = await start(greet);
  const response = await connect(address, clientCredentials(ours(), ours())).run(request("world"));
  expect(response.results.map((result) => result.message)).toEqual(["hello world"]);
  expect(response.meta?.tag).toBe("world");
  expect(await metrics.registry.metrics()).toContain('asya_function_calls_total{outcome="ok"} 1');
});

test("Crossplane's own certificates are known as what they are: authority and client have one subject, and no key identifiers", async () => {
  const crossplanes = join(folder, "crossplanes");
  await makeCertificates(crossplanes, { authority: "Crossplane", client: "Crossplane" });
  const { address } = await start(greet, crossplanes);
  const response = await connect(address, clientCredentials(crossplanes, crossplanes)).run(request("world"));
  expect(response.results.map((result) => result.message)).toEqual(["hello world"]);
});

test.each([
  ["without a certificate", ours, () => clientCredentials(ours())],
  ["with a stranger's certificate", ours, () => clientCredentials(ours(), strangers())],
  ["with our authority's expired certificate", expired, () => clientCredentials(expired(), expired())],
])("a client %s gets no answer and the handler is not called", async (_, serverFolder, credentialsOf) => {
  let calls = 0;
  const { address } = await start((received) => {
    calls++;
    return to(received);
  }, serverFolder());
  const client = connect(address, credentialsOf());
  const refused = await client.run(request("x"), 3_000).catch((error: { code: status }) => error);
  expect([status.UNAUTHENTICATED, status.UNAVAILABLE]).toContain(
    "code" in refused ? refused.code : undefined,
  );
  expect(calls).toBe(0);
});

test("the expired certificate is refused for its date alone", async () => {
  const [authority, client] = await Promise.all(
    ["ca.crt", "client.crt"].map(async (name) => new X509Certificate(await readFile(join(expired(), name)))),
  );
  expect(client!.verify(authority!.publicKey)).toBe(true);
  expect(client!.validToDate.getTime()).toBeLessThan(Date.now());
});

test("a handler that throws is a FATAL result with its message, logged once with the stack", async () => {
  const { address, log, metrics } = await start(() => {
    throw new Error("no such transport");
  });
  const composite = {
    resource: { metadata: { namespace: "prod", name: "infer" }, spec: { secret: "s3cret" } },
  };
  const observed = { composite: { connectionDetails: {}, ready: 0, ...composite }, resources: {} };
  const client = connect(address, clientCredentials(ours(), ours()));
  const response = await client.run(request("x", RunFunctionRequest.fromPartial({ observed })));
  expect(response.results).toHaveLength(1);
  expect(response.results[0]?.severity).toBe(Severity.SEVERITY_FATAL);
  expect(response.results[0]?.message).toContain("no such transport");
  expect(log).toHaveLength(1);
  expect(log[0]).toMatchObject({ actor: "prod/infer", outcome: "crashed", msg: "the handler threw" });
  expect(JSON.stringify(log)).toContain("server.test.ts");
  expect(JSON.stringify(log)).not.toContain("s3cret");
  expect(await metrics.registry.metrics()).toContain('asya_function_calls_total{outcome="crashed"} 1');
});

test("a request of 5 MB passes, one over the limit is refused with RESOURCE_EXHAUSTED", async () => {
  const context = { text: "x".repeat(5_000_000) };
  const large = await start(greet);
  const response = await connect(large.address, clientCredentials(ours(), ours())).run(
    request("big", { context }),
  );
  expect(response.results[0]?.message).toBe("hello big");
  const small = await start(greet, ours(), 4 * MEBIBYTE);
  await expect(
    connect(small.address, clientCredentials(ours(), ours())).run(request("big", { context })),
  ).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
});

test("stopping finishes the call in hand, tells health watchers, and takes no new calls", async () => {
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const running = await start(async (received) => {
    started.resolve();
    await release.promise;
    return greet(received);
  });
  const health = healthClient(running.address);
  const states: string[] = [];
  const watch = health.makeServerStreamRequest(
    "/grpc.health.v1.Health/Watch",
    healthDefinition["Watch"]!.requestSerialize,
    healthDefinition["Watch"]!.responseDeserialize,
    { service: "" },
  );
  const watched = new Promise((resolve) => watch.on("end", resolve));
  watch.on("data", (message: { status: string }) => states.push(message.status));
  const inHand = connect(running.address, clientCredentials(ours(), ours())).run(request("late"));
  await started.promise;

  const stopped = stopServer(running, 5_000);
  await expect(
    connect(running.address, clientCredentials(ours(), ours())).run(request("new"), 2_000),
  ).rejects.toMatchObject({ code: status.UNAVAILABLE });
  release.resolve();

  expect((await inHand).results[0]?.message).toBe("hello late");
  expect(await stopped).toBe(true);
  await watched;
  expect(states).toEqual(["SERVING", "NOT_SERVING"]);
});

test("a call that does not end is cut off at the bound", async () => {
  const started = Promise.withResolvers<void>();
  const running = await start(() => {
    started.resolve();
    return new Promise(() => {});
  });
  const inHand = connect(running.address, clientCredentials(ours(), ours())).run(request("stuck"));
  const cutOff = inHand.then(
    () => "answered",
    (error: { code: number }) => error.code,
  );
  await started.promise;
  expect(await stopServer(running, 50)).toBe(false);
  expect(await cutOff).toBe(status.CANCELLED);
});

test("the standard health service says SERVING for the server and for the function, NOT_FOUND for others", async () => {
  const { address } = await start(greet);
  const health = healthClient(address);
  await expect(checkHealth(health, "")).resolves.toEqual({ status: "SERVING" });
  await expect(checkHealth(health, "apiextensions.fn.proto.v1.FunctionRunnerService")).resolves.toEqual({
    status: "SERVING",
  });
  await expect(checkHealth(health, "other")).rejects.toMatchObject({ code: status.NOT_FOUND });
});

test("changed certificates count for new connections", async () => {
  const rotating = join(folder, "rotating");
  await makeCertificates(rotating);
  const { address, credentials } = await start(greet, rotating);
  const before = clientCredentials(rotating, rotating);
  expect(credentials.reload()).toBe(false);

  await makeCertificates(rotating);
  expect(credentials.reload()).toBe(true);
  const response = await connect(address, clientCredentials(rotating, rotating)).run(request("new"));
  expect(response.results[0]?.message).toBe("hello new");
  await expect(connect(address, before).run(request("old"), 3_000)).rejects.toMatchObject({
    code: status.UNAVAILABLE,
  });
});

test("changed certificates that cannot be used are reported once and the old ones go on", async () => {
  const broken = join(folder, "broken");
  await makeCertificates(broken);
  const { address, credentials } = await start(greet, broken);
  const client = clientCredentials(broken, broken);
  await writeFile(join(broken, "tls.crt"), "");
  const reports: unknown[] = [];
  const repaired = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  cleanUps.push(
    watchCredentials(credentials, 5, {
      reloaded: repaired.resolve,
      failed: (error) => {
        reports.push(error);
        failed.resolve();
      },
    }),
  );
  await failed.promise;
  const response = await connect(address, client).run(request("still"));
  expect(response.results[0]?.message).toBe("hello still");

  await makeCertificates(join(folder, "repair"));
  for (const name of ["ca.crt", "tls.crt", "tls.key"]) {
    await copyFile(join(folder, "repair", name), join(broken, name));
  }
  await repaired.promise;
  expect(reports[0]).toBeInstanceOf(CertificateError);
  expect(String(reports[0])).toContain(join(broken, "tls.crt"));
  expect(new Set(reports.map(String)).size).toBe(reports.length);
});

function healthClient(address: string): Client {
  const client = new Client(address, clientCredentials(ours(), ours()));
  cleanUps.push(() => client.close());
  return client;
}

function checkHealth(client: Client, name: string): Promise<unknown> {
  const { requestSerialize, responseDeserialize } = healthDefinition["Check"]!;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      requestSerialize,
      responseDeserialize,
      { service: name },
      (error, response) => (error === null ? resolve(response) : reject(error)),
    );
  });
}
