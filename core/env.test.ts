import { describe, expect, it } from "vitest";
import {
  booleanOf,
  choiceOf,
  goDurationMs,
  integerOf,
  jsonOf,
  requiredText,
  SettingError,
  textOf,
  urlOf,
} from "./env.ts";

describe("a setting that does not parse names the variable and its text", () => {
  it.each([
    [
      () => integerOf("ASYA_RABBITMQ_PREFETCH", "ten", 1, 65535),
      'ASYA_RABBITMQ_PREFETCH must be a whole number from 1 to 65535, got "ten"',
    ],
    [() => integerOf("PORT", "65536", 1, 65535), 'PORT must be a whole number from 1 to 65535, got "65536"'],
    [() => integerOf("PORT", "1.5", 1, 9), 'PORT must be a whole number from 1 to 9, got "1.5"'],
    [() => integerOf("PORT", "0x10", 1, 99), 'PORT must be a whole number from 1 to 99, got "0x10"'],
    [() => booleanOf("FLAG", "yes"), 'FLAG must be true or false, got "yes"'],
    [() => choiceOf("MODE", "fast", ["slow"]), 'MODE must be one of slow, got "fast"'],
    [() => goDurationMs("WAIT", "90"), 'WAIT must be a duration such as 1m30s or 500ms, got "90"'],
    [() => goDurationMs("WAIT", "1m 30s"), 'WAIT must be a duration such as 1m30s or 500ms, got "1m 30s"'],
    [() => goDurationMs("WAIT", "-1s"), 'WAIT must be a duration such as 1m30s or 500ms, got "-1s"'],
    [() => goDurationMs("WAIT", ""), 'WAIT must be a duration such as 1m30s or 500ms, got ""'],
    [() => jsonOf("LIST", "[1,"), 'LIST must be JSON, got "[1,"'],
    [() => requiredText({}, "ASYA_ACTOR_NAME"), "ASYA_ACTOR_NAME must be set"],
  ])("%#", (read, message) => {
    expect(read).toThrow(SettingError);
    expect(read).toThrow(message);
  });

  it("but never quotes a URL, which may hold a password", () => {
    const read = () => urlOf("ASYA_RABBITMQ_URL", "ampq://guest:s3cret@broker", ["amqp:", "amqps:"]);
    expect(read).toThrow(/^ASYA_RABBITMQ_URL must be a URL that starts with amqp:\/\/ or amqps:\/\/$/);
  });
});

it.each([
  ["5m", 300_000],
  ["1m30s", 90_000],
  ["1h2m3.5s", 3_723_500],
  ["250ms", 250],
  [".5s", 500],
  ["1500us", 2],
  ["0", 0],
])("Go's duration %s is %d ms", (text, ms) => {
  expect(goDurationMs("WAIT", text)).toBe(ms);
});

it("booleans are Go's words", () => {
  expect(["1", "t", "TRUE", "true", "True"].map((text) => booleanOf("FLAG", text))).toEqual(
    Array(5).fill(true),
  );
  expect(["0", "f", "FALSE", "false", "False"].map((text) => booleanOf("FLAG", text))).toEqual(
    Array(5).fill(false),
  );
});

it("an empty variable is an unset one", () => {
  expect(textOf({ A: "" }, "A")).toBeUndefined();
  expect(textOf({ A: "x" }, "A")).toBe("x");
});
