import { expect, test } from "vitest";
import { listedActors, named, sendersOf } from "./senders.ts";

const actor = (name: string, sendTo?: string[], annotations = {}) => ({
  metadata: { name, annotations },
  spec: sendTo === undefined ? {} : { access: { sendTo } },
});

test("who may still send to a drained actor: those that name it, and those that name nobody", () => {
  const items = [
    actor("a", ["b"]),
    actor("b", ["c"]),
    actor("c", []),
    actor("old", ["b"], { "asya.sh/drain": "true" }),
    actor("anyone"),
  ];
  expect(sendersOf(["b", "c"], listedActors({ items }))).toEqual({ declared: ["a"], open: ["anyone"] });
});

test("an actor that is drained itself, and sends to itself, is no sender", () => {
  expect(sendersOf(["a"], listedActors({ items: [actor("a", ["a"])] }))).toEqual({ declared: [], open: [] });
});

test("a name that does not exist is refused before anything is changed; one said twice counts once", () => {
  const actors = listedActors({ items: [actor("a")] });
  expect(named(["a", "a"], actors, "shop")).toEqual(["a"]);
  expect(() => named(["a", "typo"], actors, "shop")).toThrow(
    "namespace shop has no AsyncActor typo: nothing was changed",
  );
});
