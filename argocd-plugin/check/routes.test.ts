import { expect, test } from "vitest";
import { actor, actors, linesOf, OTHER, PLATFORM, tools } from "../../test/tools-folder.ts";

const route = (...names: string[]) => tools(`tools:\n  - {name: t, route: [${names.join(", ")}]}\n`);

test("an actor of a route that is not in the folder is a warning, with the nearest one that is", async () => {
  const files = { "a.yaml": actors("split", "read"), "t.yaml": route("split", "raed", "elsewhere") };
  expect(await linesOf(files)).toEqual([
    't.yaml:9:34 ASYA-W012 data["tools.yaml"].tools[0].route[1]: the folder has no actor "raed" - did you mean "read"?',
    expect.stringMatching(/^t\.yaml:9:40 ASYA-W012 .*"elsewhere" - add it, or correct the route/),
    expect.stringMatching(/^a\.yaml:16:18 ASYA-I002 metadata\.name: no route that the folder declares/),
  ]);
});

test("a folder without any actor of the namespace says nothing about a route's actors", async () => {
  const elsewhere = actor("other").replace("{name: other}", "{name: other, namespace: other}");
  expect(await linesOf({ "t.yaml": route("split", "read") })).toEqual([]);
  expect(await linesOf({ "a.yaml": elsewhere, "t.yaml": route("split", "read") })).toEqual([]);
});

test("a step outside of the sender's access is an error that names the sender", async () => {
  const sender = actor("split", { sendTo: "[store]" });
  const files = {
    "a.yaml": `${sender}---\n${actors("read", "store")}`,
    "t.yaml": route("split", "read", "store"),
  };
  expect(await linesOf(files)).toEqual([
    't.yaml:9:34 ASYA-E052 data["tools.yaml"].tools[0].route[1]: split (a.yaml) may send to store, and route "t" sends it on to read - add read to spec.access.sendTo of split, or take another route',
  ]);
  const closed = { ...files, "a.yaml": files["a.yaml"].replace("[store]", "[]") };
  expect(await linesOf(closed)).toEqual([expect.stringContaining("may send to end actors only, and route")]);
  const allowed = { ...files, "a.yaml": files["a.yaml"].replace("[store]", "[read, split]") };
  expect(await linesOf(allowed)).toEqual([]);
});

test("an actor may always follow itself: its own queue is open to it", async () => {
  const files = { "a.yaml": actor("split", { sendTo: "[]" }), "t.yaml": route("split", "split") };
  expect(await linesOf(files)).toEqual([]);
});

test("access that a flavor or the platform gives counts, unless the actor has words of its own", async () => {
  const flavor = `apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: {name: closed, labels: {asya.sh/flavor: closed}}
data: {access: {sendTo: []}}
`;
  const flavored = actor("split").replace("spec:\n", "spec:\n  flavors: [closed]\n");
  const files = {
    "a.yaml": `${flavored}---\n${actor("read")}`,
    "f.yaml": `${flavor}---\n${PLATFORM}`,
    "t.yaml": route("split", "read"),
  };
  expect(await linesOf(files)).toEqual([
    expect.stringMatching(
      /^t\.yaml:9:34 ASYA-E052 .*split \(by its flavors or the platform's defaults\) may send to end actors only/,
    ),
  ]);
  const own = flavored.replace("  workload:", "  access: {sendTo: [read]}\n  workload:");
  expect(await linesOf({ ...files, "a.yaml": `${own}---\n${actor("read")}` })).toEqual([]);
});

test("neighbours of a route, successors by access and end actors are on one transport", async () => {
  const sqs = (name: string) => actor(name, { transport: "sqs" });
  const files = { "a.yaml": `${actor("split")}---\n${sqs("read")}`, "t.yaml": route("split", "read") };
  expect(await linesOf(files)).toEqual([
    't.yaml:9:34 ASYA-E053 data["tools.yaml"].tools[0].route[1]: read is on transport sqs, and split sends to it on rabbitmq - put both on one transport',
  ]);
  const byAccess = `${actor("split", { sendTo: "[read]" })}---\n${sqs("read")}`;
  expect(await linesOf({ "a.yaml": byAccess })).toEqual([
    expect.stringMatching(/^a\.yaml:6:12 ASYA-E053 spec\.access\.sendTo: read is on transport sqs/),
  ]);
  const ends = `${actor("split")}---\n${sqs("happy-end")}---\n${sqs("error-end")}`;
  expect(await linesOf({ "a.yaml": ends })).toEqual([
    expect.stringMatching(/^a\.yaml:5:14 ASYA-E053 spec\.transport: happy-end is on transport sqs/),
    expect.stringMatching(/^a\.yaml:5:14 ASYA-E053 spec\.transport: error-end is on transport sqs/),
  ]);
});

test("what the platform turns off, limits or does not have is an error at the actor of a route", async () => {
  const platform = PLATFORM.replace("type: rabbitmq", "type: rabbitmq\n      enabled: false");
  const large = actor("read", { transport: "other" }).replace(
    "  workload:",
    "  scaling: {enabled: true, maxReplicas: 100}\n  workload:",
  );
  const flavored = actor("store", { transport: "other" }).replace("spec:\n", "spec:\n  flavors: [gpu]\n");
  const second = platform.replace(
    "  transports:\n",
    `  limits: {maxReplicas: 10}\n  transports:\n    other:\n${OTHER}`,
  );
  const files = {
    "a.yaml": [actor("split"), large, flavored].join("---\n"),
    "p.yaml": second,
    "t.yaml": tools("tools:\n  - {name: t, route: [read, store]}\n  - {name: u, route: [split]}\n"),
  };
  expect((await linesOf(files)).map((line) => line.replace(/ - .*$/, ""))).toEqual([
    expect.stringMatching(/ASYA-E023 spec\.transport: the platform has turned this transport off/),
    expect.stringMatching(
      /ASYA-E026 spec\.scaling\.maxReplicas: is over the platform's limits\.maxReplicas 10/,
    ),
    expect.stringMatching(/ASYA-E024 spec\.flavors\[0\]: no EnvironmentConfig is the flavor "gpu"/),
  ]);
});

test("actors that may send only to each other, and where no route ends, are a circle without a way out", async () => {
  const folder = [
    actor("start", { sendTo: "[plan, store]" }),
    actor("plan", { sendTo: "[act]" }),
    actor("act", { sendTo: "[plan]" }),
    actor("store", { sendTo: "[]" }),
  ].join("---\n");
  const files = { "a.yaml": folder, "t.yaml": route("start", "store") };
  expect(await linesOf(files)).toEqual([
    expect.stringMatching(/^a\.yaml:20:12 ASYA-W013 spec\.access\.sendTo: .*: plan -> act -> plan - /),
    expect.stringMatching(/^a\.yaml:34:12 ASYA-W013 spec\.access\.sendTo: .*: act -> plan -> act - /),
  ]);
  const ends = tools(
    "tools:\n  - {name: t, route: [start, store]}\n  - {name: u, route: [start, plan, act]}\n",
  );
  expect(await linesOf({ ...files, "t.yaml": ends })).toEqual([]);
  const out = folder.replace("sendTo: [act]", "sendTo: [act, store]");
  expect(await linesOf({ ...files, "a.yaml": out })).toEqual([]);
});

test("an actor that no route and no access leads to is a note, end actors never", async () => {
  const folder = [
    actor("split", { sendTo: "[read]" }),
    actors("read", "alone", "happy-end", "error-end"),
  ].join("---\n");
  expect(await linesOf({ "a.yaml": folder, "t.yaml": route("split") })).toEqual([
    expect.stringMatching(/^a\.yaml:30:18 ASYA-I002 metadata\.name: no route/),
  ]);
  expect(await linesOf({ "a.yaml": folder })).toEqual([]);
});
