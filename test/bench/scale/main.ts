/**
 * npm run bench:scale [-- --actors 1000 --active 100 --rest 120 --json FILE]: what many actors cost the control plane.
 *
 * Needs etcd, kube-apiserver, crossplane and kubectl in PATH, e.g. of ../shared/cluster, whose running cluster it does not touch.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { round, writeFigures } from "../report.ts";
import { ControlPlane } from "./control-plane.ts";
import { established, install } from "./installation.ts";
import { Meter, type Stretch } from "./meter.ts";
import { Scenes } from "./scenes.ts";

const options = {
  actors: { type: "string", default: "1000" },
  active: { type: "string", default: "100" },
  rest: { type: "string", default: "120" },
  json: { type: "string" },
} as const;
const { values } = parseArgs({ options });
const [actors, active, restSeconds] = [Number(values.actors), Number(values.active), Number(values.rest)];

process.env["PATH"] = [process.env["PATH"], join(homedir(), ".cache/asya-cluster/bin")].join(delimiter);
// The servers go with this process, and Ctrl-C alone would not say so.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const folder = await mkdtemp(join(tmpdir(), "asya-scale-"));
console.log(`servers' data and logs: ${folder}`);
const plane = await ControlPlane.start(folder);
const figures: Record<string, Stretch> = {};
try {
  await install(plane);
  await plane.startCrossplane();
  await established(plane);
  const scenes = new Scenes(plane, actors, active);
  const meter = new Meter(plane);
  const play = async (title: string, scene: () => Promise<void>) => {
    const stretch = await meter.during(scene);
    figures[title] = stretch;
    console.log(`${title}: ${JSON.stringify(row(stretch))}`);
  };
  await play(`${actors} actors committed, until the last one is rendered`, () => scenes.commit());
  await play("the operators answer, until all are Napping", () => scenes.settle());
  await scenes.quiet();
  await play(`${actors} at rest`, () => scenes.rest(restSeconds));
  await play(`${active} of them wake up`, () => scenes.wake());
  for (const poll of [30, 10])
    await play(`${active} active, KEDA polls every ${poll} s`, () => scenes.active(poll, restSeconds));
  await play("Crossplane starts again", () => scenes.restart());
  await scenes.quiet();
  await scenes.restart("--enable-realtime-compositions=false", "--poll-interval=1h");
  await play(`${actors} at rest, without realtime compositions`, () => scenes.rest(restSeconds));
  await play(`${active} active, KEDA polls every 10 s, without realtime compositions`, () =>
    scenes.active(10, restSeconds),
  );
  await scenes.restart();
  await scenes.quiet();
  await play("all in an error: the platform's settings are gone", () => scenes.withoutPlatform(restSeconds));
} finally {
  await plane.stop();
}
console.table(Object.entries(figures).map(([title, stretch]) => ({ title, ...row(stretch) })));
if (values.json !== undefined) await writeFigures(values.json, { actors, active, figures });
await rm(folder, { recursive: true, force: true });

function row({ seconds, functionCalls, writeRequests, eventWrites, etcdWrites, cpuSeconds }: Stretch) {
  const perMinute = (value: number) => round((value / seconds) * 60);
  return {
    "time, s": round(seconds),
    "function calls": functionCalls,
    "calls/min": perMinute(functionCalls),
    "write requests/min": perMinute(writeRequests),
    "of them events/min": perMinute(eventWrites),
    "etcd writes/min": perMinute(etcdWrites),
    "CPU % function": round((cpuSeconds.function / seconds) * 100),
    "CPU % Crossplane": round((cpuSeconds.crossplane / seconds) * 100),
    "CPU % API server": round((cpuSeconds.apiServer / seconds) * 100),
    "CPU % etcd": round((cpuSeconds.etcd / seconds) * 100),
  };
}
