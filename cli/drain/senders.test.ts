import { expect, test } from "vitest";
import { listedActors, sendersOf } from "./senders.ts";

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
