import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeEnvelope, EnvelopeError, parseEnvelope } from "./envelope.ts";

const FOLDER = join(import.meta.dirname, "../test/envelopes");

interface Valid {
  title: string;
  body: string;
  id: string;
  payload: string;
}
interface Invalid {
  title: string;
  body?: string;
  base64?: string;
  problem: string;
}
const VALID = JSON.parse(readFileSync(join(FOLDER, "valid.json"), "utf8")) as Valid[];
const INVALID = JSON.parse(readFileSync(join(FOLDER, "invalid.json"), "utf8")) as Invalid[];

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

test.each(VALID)("an envelope with $title is read, its payload byte for byte", ({ body, id, payload }) => {
  const envelope = parseEnvelope(Buffer.from(body));
  expect(envelope.id).toBe(id);
  expect(text(envelope.payload)).toBe(payload);
});

test.each(VALID)("an envelope with $title says the same after it was encoded again", ({ body, payload }) => {
  const { fields, payload: bytes } = parseEnvelope(Buffer.from(body));
  const again = text(encodeEnvelope(fields, bytes));
  expect(again).toContain(`"payload":${payload}}`);
  expect(JSON.parse(again)).toEqual(JSON.parse(body));
});

test.each(INVALID)("$title is refused: $problem", ({ body = "", base64, problem }) => {
  const bytes = base64 === undefined ? Buffer.from(body) : Buffer.from(base64, "base64");
  expect(() => parseEnvelope(bytes)).toThrow(
    expect.objectContaining({ name: "EnvelopeError", message: problem }),
  );
});

test("numbers in headers and metadata keep their digits", () => {
  const body = `{"id":"e1","route":{"actors":["a"],"current":0,"metadata":{"n":12345678901234567890}},"headers":{"f":1.0,"e":1e3,"z":-0},"payload":1}`;
  const { fields, payload } = parseEnvelope(Buffer.from(body));
  expect(text(encodeEnvelope(fields, payload))).toBe(body);
});

test("an error that lies in the route still tells the id", () => {
  const parse = () => parseEnvelope(Buffer.from('{"id":"e1","route":[],"payload":1}'));
  expect(parse).toThrow(expect.objectContaining({ id: "e1" }));
});

test("any JSON value comes back as the payload", () => {
  const values = fc.json({ maxDepth: 4 });
  fc.assert(
    fc.property(values, values, (payload, header) => {
      const body = `{"headers":{"h":${header}},"payload":${payload},"id":"i","route":{"actors":["a"],"current":0}}`;
      const envelope = parseEnvelope(Buffer.from(body));
      expect(text(envelope.payload)).toBe(payload);
      expect(envelope.headers).toEqual(JSON.parse(`{"h":${header}}`));
    }),
  );
});

test("100,000 mutilated envelopes: read or refused with an EnvelopeError, nothing else", () => {
  const seeds = [...VALID, ...INVALID].map(({ body }) => Buffer.from(body ?? "{"));
  const alphabet = Buffer.from('{}[]",:\\ue01-.nN tf\n\0\xff', "latin1");
  const random = randomFrom(20261125);
  let refused = 0;
  for (let round = 0; round < 100_000; round++) {
    const bytes = Buffer.from(seeds[random(seeds.length)]!);
    for (let change = random(4); change >= 0 && bytes.length > 0; change--) {
      bytes[random(bytes.length)] = alphabet[random(alphabet.length)]!;
    }
    try {
      parseEnvelope(bytes.subarray(random(4) === 0 ? random(bytes.length + 1) : 0));
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(10_000);
  expect(refused).toBeLessThan(100_000);
});

/** Whole numbers below a limit, the same ones for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
