import fc from "fast-check";
import { expect, test } from "vitest";
import { TextStore } from "./text-store.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("x".repeat(700_000), "é".repeat(700_000)),
);

test("every text comes back as a line, also one that is longer than a page", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
      const store = new TextStore();
      const stored = texts.map((each) => store.add(each));
      expect(stored.map((each) => store.read(each).toString())).toEqual(texts.map((each) => `${each}\n`));
      expect(store.bytes).toBe(Buffer.byteLength(texts.join("\n")) + (texts.length > 0 ? 1 : 0));
    }),
    { numRuns: 30 },
  );
});
