import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { Schema } from "../../core/schema.ts";
import { specLayerSchema } from "./actor-schemas.ts";
import { markNewerFields } from "./kubernetes-models.ts";
import { rulesOf } from "./rules.ts";

test("what is generated from the XRD, the platform's schema, Kubernetes' types and the findings is up to date", () => {
  const script = resolve(import.meta.dirname, "../generate.ts");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}, 30_000);

describe("rulesOf", () => {
  test("finds rules at every level, and which of them compare with the old object", () => {
    const rule = (text: string) => [{ rule: text, message: `${text} holds` }];
    const schema: Schema = {
      type: "object",
      "x-kubernetes-validations": rule("root"),
      properties: {
        list: {
          type: "array",
          items: { type: "string", "x-kubernetes-validations": rule("self == oldSelf") },
        },
        map: {
          type: "object",
          additionalProperties: { type: "string", "x-kubernetes-validations": rule("member") },
        },
      },
    };
    expect(
      rulesOf(schema).map(({ path, rule: text, transition }) => [path.join("."), text, transition]),
    ).toEqual([
      ["", "root", false],
      ["list.[]", "self == oldSelf", true],
      ["map.{}", "member", false],
    ]);
  });
});

describe("specLayerSchema", () => {
  test("requires nothing outside of lists, closes objects and leaves out what is the actor's own", () => {
    const xrd: Schema = {
      properties: {
        spec: {
          type: "object",
          required: ["transport"],
          properties: {
            transport: { type: "string" },
            flavors: { type: "array" },
            group: {
              type: "object",
              required: ["wait"],
              properties: {
                wait: {
                  "x-kubernetes-int-or-string": true,
                  anyOf: [{ type: "integer" }, { type: "string" }],
                  maxLength: 16,
                },
                open: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: {} },
                list: {
                  type: "array",
                  minItems: 1,
                  items: { type: "object", required: ["name"], properties: { name: {} } },
                },
              },
            },
          },
        },
      },
    };
    expect(specLayerSchema(xrd)).toEqual({
      type: "object",
      additionalProperties: false,
      properties: {
        group: {
          type: "object",
          additionalProperties: false,
          properties: {
            wait: { type: ["integer", "string"], maxLength: 16 },
            open: { type: "object", additionalProperties: true, properties: {} },
            list: {
              type: "array",
              items: {
                type: "object",
                additionalProperties: false,
                required: ["name"],
                properties: { name: {} },
              },
            },
          },
        },
      },
    });
  });
});

describe("markNewerFields", () => {
  test("marks the fields of known types that the oldest lacks", () => {
    const newest: Record<string, Schema> = {
      Pod: {
        type: "object",
        properties: { old: { type: "string" }, fresh: { $ref: "#/definitions/Fresh" } },
      },
      Fresh: { type: "object", properties: { any: { type: "string" } } },
    };
    const oldest: Record<string, Schema> = {
      Pod: { type: "object", properties: { old: { type: "string" } } },
    };
    expect(markNewerFields(newest, oldest)).toEqual({
      Pod: {
        type: "object",
        properties: { old: { type: "string" }, fresh: { $ref: "#/definitions/Fresh", "x-asya-newer": true } },
      },
      Fresh: newest["Fresh"],
    });
  });
});
