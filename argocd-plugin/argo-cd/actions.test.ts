import { expect, test } from "vitest";
import { isObject } from "../../core/json.ts";
import { ACTIONS, actionsSetting } from "./actions.ts";
import { runLua } from "./run-lua.ts";

const setting = actionsSetting() as {
  "discovery.lua": string;
  definitions: { name: string; "action.lua": string }[];
};

function actor(annotations?: Record<string, string>) {
  return {
    metadata: { name: "a", ...(annotations === undefined ? {} : { annotations }) },
    spec: { transport: "sqs" },
  };
}

async function run(name: string, obj: object, actionParams: object = {}): Promise<unknown> {
  const script = setting.definitions.find((definition) => definition.name === name)?.["action.lua"] ?? "";
  const changed = await runLua(script, { obj, actionParams });
  const metadata = isObject(changed) ? changed["metadata"] : undefined;
  return isObject(metadata) ? metadata["annotations"] : undefined;
}

test("pause and resume set and take away one annotation, and nothing else", async () => {
  expect(await run("pause", actor())).toEqual({ "asya.sh/paused": "true" });
  expect(await run("pause", actor({ team: "x" }))).toEqual({ team: "x", "asya.sh/paused": "true" });
  expect(await run("resume", actor({ team: "x", "asya.sh/paused": "true" }))).toEqual({ team: "x" });
});

test("drain is asked for and taken back by one annotation", async () => {
  expect(await run("drain", actor())).toEqual({ "asya.sh/drain": "true" });
  expect(await run("stop-draining", actor({ team: "x", "asya.sh/drain": "true" }))).toEqual({ team: "x" });
});

test("scale takes its numbers from the dialog, and reset forgets them", async () => {
  const scaled = { "asya.sh/scale-min": "2", "asya.sh/scale-max": "8" };
  expect(await run("scale", actor(), { min: "2", max: "8" })).toEqual(scaled);
  expect(await run("reset-scale", actor(scaled))).toEqual({});
});

test.each([
  ["wake", "asya.sh/wake"],
  ["restart", "asya.sh/restarted-at"],
  ["redrive", "asya.sh/redrive"],
  ["reconcile-now", "crossplane.io/reconcile-requested-at"],
])("%s notes the time", async (name, annotation) => {
  const annotations = (await run(name, actor())) as Record<string, string>;
  expect(Object.keys(annotations)).toEqual([annotation]);
  expect(Math.abs(Date.parse(annotations[annotation] ?? "") - Date.now())).toBeLessThan(60_000);
});

test("what makes no sense now is greyed out", async () => {
  const offered = async (obj: object) => {
    const actions = (await runLua(setting["discovery.lua"], { obj })) as Record<
      string,
      { disabled: boolean }
    >;
    return Object.keys(actions).filter((name) => actions[name]?.disabled === false);
  };
  expect((await offered(actor())).toSorted()).toEqual(
    ["drain", "pause", "pause-scale-in", "reconcile-now", "redrive", "restart", "scale", "wake"].toSorted(),
  );
  expect(await offered(actor({ "asya.sh/paused": "true" }))).not.toContain("wake");
  expect(await offered(actor({ "asya.sh/paused": "true" }))).toContain("resume");
});

test("each action that is offered is defined", () => {
  expect(setting.definitions.map(({ name }) => name)).toEqual(Object.keys(ACTIONS));
});
