import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBody, encodeBody } from "./body.ts";

test("JSON travels as it is", () => {
  const body = Buffer.from('{"id":"1","payload":"Grüße 👩‍🚀"}');
  expect(encodeBody(body)).toEqual({ text: '{"id":"1","payload":"Grüße 👩‍🚀"}', encoding: undefined });
});

test.for(["", "\u0000", "\uffff", "a\u000b"])("%j, which SQS refuses, travels as base64", (text) => {
  const encoded = encodeBody(Buffer.from(text));
  expect(encoded.encoding).toBe("base64");
  expect(encoded.text).toMatch(/^[A-Za-z0-9+/=]+$/);
  expect(Buffer.from(decodeBody(encoded.text, encoded.encoding)).toString()).toBe(text);
});

test("any bytes come back as they went", () => {
  const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
  const utf8 = fc.array(codePoint).map((characters) => Buffer.from(characters.join("")));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), utf8), (body) => {
      const { text, encoding } = encodeBody(body);
      expect(Buffer.from(decodeBody(text, encoding)).equals(body)).toBe(true);
    }),
  );
});
