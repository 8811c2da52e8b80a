import { Writable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Manifest } from "../core/manifest.ts";
import { type Output, printObjects } from "./print.ts";
import { parseDocument } from "./read/document.ts";
import { LIMITS } from "./read/limits.ts";
import { escaped } from "./read/escape.ts";
import { splitDocuments } from "./read/split.ts";

/** A slow reader: it takes one chunk at a time, and each one later. */
async function printed(
  objects: readonly Manifest[],
  output: Output,
): Promise<{ text: string; chunks: number }> {
  const chunks: string[] = [];
  const to = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      setImmediate(done);
    },
  });
  const printable = objects.map((object) => ({
    json: Buffer.from(`${escaped(JSON.stringify(object))}\n`),
    read: () => object,
  }));
  await printObjects(printable, output, to);
  await new Promise<void>((resolve) => to.end(resolve));
  return { text: chunks.join(""), chunks: chunks.length };
}

const TRICKY = [
  "yes",
  "n",
  "~",
  "0644",
  "0o14",
  "1:30",
  "<<",
  "=",
  "",
  " a",
  "- a",
  "a: b",
  "#",
  "a\nb\n",
  "\n",
  "\t",
  "é\u2028",
  "\u0085",
  "\x7f: ",
  "a\u00a0",
  "b\u3000",
  "\r",
  "2001-01-01",
  "1e3",
  "*a",
  "!x",
  "---",
];
const text = fc.oneof(fc.constantFrom(...TRICKY), fc.string({ unit: "grapheme", maxLength: 12 }));
const inherited = Object.getOwnPropertyNames(Object.prototype);
const key = fc
  .oneof(text, fc.constantFrom("prototype", "toJSON", "then", ...inherited))
  .filter((each) => each !== "__proto__");
const data = fc.dictionary(
  key,
  fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 3 })),
  {
    maxKeys: 5,
    noNullPrototype: true,
  },
);

test.each(["json", "yaml"] as const)("%s output is read back as the same objects", async (output) => {
  await fc.assert(
    fc.asyncProperty(fc.array(data, { minLength: 1, maxLength: 3 }), async (each) => {
      const objects = each.map((members) => ({
        apiVersion: "v1",
        kind: "X",
        metadata: { name: "x" },
        data: members,
      }));
      const { text: all } = await printed(objects, output);
      const read = await Promise.all(
        [...splitDocuments(all)].map((chunk) => parseDocument(chunk.text, LIMITS, LIMITS.expansion)),
      );
      expect(read.filter(({ kind }) => kind !== "empty")).toMatchObject(
        objects.map((value) => ({ kind: "value", value, problems: [] })),
      );
    }),
    { numRuns: 300 },
  );
});

test("parts that objects share are written out", async () => {
  const shared = { a: "b" };
  const objects = [{ apiVersion: "v1", kind: "X", metadata: { name: "x" }, one: shared, two: shared }];
  expect((await printed(objects, "yaml")).text).toBe(
    "---\napiVersion: v1\nkind: X\nmetadata:\n  name: x\none:\n  a: b\ntwo:\n  a: b\n",
  );
});

test("a slow reader gets everything, in a few large pieces", async () => {
  const objects = Array.from({ length: 3_000 }, (_, index) => {
    return { apiVersion: "v1", kind: "X", metadata: { name: `x${index}` }, data: "y".repeat(1_000) };
  });
  const { text: all, chunks } = await printed(objects, "json");
  expect(
    all
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(objects);
  expect(chunks).toBeLessThan(20);
});
