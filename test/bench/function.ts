import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFunctionRequest } from "@crossplane-org/function-sdk-typescript";
import { makeCertificates } from "../../cli/certificates.ts";
import { clientCredentials, FunctionClient } from "../../functions/asyncactor/server/call.ts";
import { startFunction } from "../../functions/asyncactor/server/start.ts";
import { freshBundle, FUNCTION } from "../../scripts/build.ts";
import { readYaml, requestFor } from "../requests.ts";
import { interleave, median, percentile } from "./statistics.ts";

const WARM_UP_CALLS = 1_000;
const ROUNDS = 10;
const CALLS_PER_ROUND = 200;
const CALLERS = 16;
/** The quickstart's first call, and every field of the API with ten objects observed. */
const CASES = [
  { title: "quickstart", actor: "examples/quickstart/caption-image.yaml", perActor: false, observed: 0 },
  { title: "every field", actor: "test/golden/every-field.yaml", perActor: true, observed: 10 },
] as const;

export interface CallFigures {
  p50Ms: number;
  p99Ms: number;
  /** With 16 callers at once. */
  callsPerSecond: number;
}

export interface FunctionFigures {
  title: string;
  observed: number;
  requestBytes: number;
  empty: CallFigures;
  function: CallFigures;
}

/** Calls over gRPC with mutual TLS: ours against the same server with a handler that does nothing. */
export async function measureFunction(): Promise<FunctionFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), "asya-bench-"));
  await makeCertificates(folder);
  const flags = [`--tls-server-certs-dir=${folder}`, "--metrics-address=off"];
  const empty = await startFunction(
    await freshBundle({ name: "empty-function", entry: "test/bench/empty-function.ts" }),
    flags,
  );
  const ours = await startFunction(await freshBundle(FUNCTION), flags);
  const credentials = clientCredentials(folder, folder);
  const clients = {
    empty: new FunctionClient(empty.address, credentials),
    function: new FunctionClient(ours.address, credentials),
  };
  try {
    const figures: FunctionFigures[] = [];
    for (const { title, observed, ...subject } of CASES) {
      const request = RunFunctionRequest.encode(
        await requestWith(subject, observed, clients.function),
      ).finish();
      figures.push({ title, observed, requestBytes: request.length, ...(await compare(clients, request)) });
    }
    return figures;
  } finally {
    for (const client of Object.values(clients)) client.close();
    await Promise.all([empty.stop(), ours.stop()]);
    await rm(folder, { recursive: true });
  }
}

/** What the function itself desires, as observed; padded to `count` with objects that it does not know. */
async function requestWith(
  subject: { actor: string; perActor: boolean },
  count: number,
  client: FunctionClient,
): Promise<RunFunctionRequest> {
  const actor = readYaml(subject.actor);
  const platform = readYaml("examples/quickstart/platform.yaml");
  const { rabbitmq } = (platform["data"] as { transports: { rabbitmq: { config: object } } }).transports;
  if (subject.perActor) Object.assign(rabbitmq.config, { access: "perActor" });
  const { desired, results } = await client.run(requestFor(actor, platform));
  const objects = Object.entries(desired?.resources ?? {}).map(
    ([key, { resource }]) => [key, resource ?? {}] as const,
  );
  if (objects.length === 0)
    throw new Error(`the function composes nothing for ${subject.actor}: ${JSON.stringify(results)}`);
  const other = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "other" },
    data: { text: "x".repeat(1_000) },
  };
  const padding = Array.from({ length: count }, (_, index) => [`other-${index}`, other] as const);
  return requestFor(actor, platform, Object.fromEntries([...objects, ...padding].slice(0, count)));
}

async function compare(clients: Record<"empty" | "function", FunctionClient>, request: Uint8Array) {
  const perSubject = <Result>(measure: (client: FunctionClient) => Promise<Result>) => ({
    empty: () => measure(clients.empty),
    function: () => measure(clients.function),
  });
  const latencies = (calls: number) => perSubject((client) => latenciesMs(client, request, calls));
  await interleave(1, latencies(WARM_UP_CALLS));
  const sequential = await interleave(ROUNDS, latencies(CALLS_PER_ROUND));
  const parallel = await interleave(
    ROUNDS,
    perSubject((client) => callsPerSecond(client, request)),
  );
  const figures = (name: "empty" | "function"): CallFigures => ({
    p50Ms: percentile(sequential[name].flat(), 50),
    p99Ms: percentile(sequential[name].flat(), 99),
    callsPerSecond: median(parallel[name]),
  });
  return { empty: figures("empty"), function: figures("function") };
}

async function latenciesMs(client: FunctionClient, request: Uint8Array, calls: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let call = 0; call < calls; call++) {
    const startedAt = performance.now();
    await client.runBytes(request);
    latencies.push(performance.now() - startedAt);
  }
  return latencies;
}

async function callsPerSecond(client: FunctionClient, request: Uint8Array): Promise<number> {
  const startedAt = performance.now();
  const caller = async () => {
    for (let call = 0; call < CALLS_PER_ROUND / 4; call++) await client.runBytes(request);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return (CALLERS * CALLS_PER_ROUND) / 4 / ((performance.now() - startedAt) / 1_000);
}
