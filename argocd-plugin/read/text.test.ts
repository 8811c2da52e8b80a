import { expect, test } from "vitest";
import { decodeUtf8, positionsIn } from "./text.ts";

test("a byte order mark is no part of the text", () => {
  expect(decodeUtf8(Buffer.from("\uFEFFa: é\n"))).toEqual({ text: "a: é\n" });
});

test("the first byte that is no UTF-8 is found", () => {
  const latin1 = Buffer.from("é: 1\n𝄞: caf\u00e9\n", "utf8");
  const broken = Buffer.concat([latin1.subarray(0, latin1.length - 3), Buffer.from([0xe9, 0x0a])]);
  expect(decodeUtf8(broken)).toEqual({ invalid: { line: 2, column: 8 }, byte: 0xe9 });
  expect(decodeUtf8(Buffer.from("\uFEFFa: 1", "utf16le"))).toEqual({
    invalid: { line: 1, column: 1 },
    byte: 0xff,
  });
  expect(decodeUtf8(Buffer.from([0x61, 0xf0, 0x9f, 0x98]))).toEqual({
    invalid: { line: 1, column: 2 },
    byte: 0xf0,
  });
});

test("offsets become lines and columns, far down and at line ends too", () => {
  const text = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
  const position = positionsIn(text, 11);
  expect(position(0)).toEqual({ line: 11, column: 1 });
  expect(position(text.indexOf("line 50"))).toEqual({ line: 61, column: 1 });
  expect(position(text.indexOf("50\n") + 2)).toEqual({ line: 61, column: 8 });
  expect(position(text.indexOf("line 16"))).toEqual({ line: 27, column: 1 });
  expect(position(text.length)).toEqual({ line: 110, column: 8 });
});
