import type { Schema } from "../../core/schema.ts";

/** An actor's place in a route; at most as long as an actor's name may be. */
const STEP: Schema = {
  type: "string",
  maxLength: 54,
  pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
  "x-asya-pattern": "an actor's name: small letters, digits and -, with a letter or digit at both ends",
};

const STEPS: Schema = { type: "array", items: STEP, minItems: 1 };
const TEXT: Schema = { type: "string" };
const TIMEOUT: Schema = { type: "integer", minimum: 0 };
const PROGRESS: Schema = { type: "boolean" };
const PARAMETER: Schema = { $ref: "#/definitions/parameter" };

/** A file of tools as Asya 0.1's gateway reads it: it refuses any other field, too. */
export const TOOLS_SCHEMA: Schema = {
  type: "object",
  required: ["tools"],
  additionalProperties: false,
  properties: {
    defaults: {
      type: "object",
      additionalProperties: false,
      properties: { progress: PROGRESS, timeout: TIMEOUT },
    },
    routes: { type: "object", additionalProperties: STEPS },
    tools: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["name", "route"],
        additionalProperties: false,
        properties: {
          name: { type: "string", minLength: 1 },
          description: TEXT,
          parameters: { type: "object", additionalProperties: PARAMETER },
          // Actors, or the name of one of the file's routes.
          route: { type: ["array", "string"], items: STEP, minItems: 1, minLength: 1 },
          progress: PROGRESS,
          timeout: TIMEOUT,
          metadata: { type: "object", additionalProperties: { type: ["string", "number", "boolean"] } },
        },
      },
    },
  },
  definitions: {
    parameter: {
      type: "object",
      required: ["type"],
      additionalProperties: false,
      properties: {
        type: { enum: ["string", "number", "integer", "boolean", "object", "array"] },
        description: TEXT,
        required: { type: "boolean" },
        default: {},
        options: { type: "array", items: { type: ["string", "number", "boolean"] } },
        properties: { type: "object", additionalProperties: PARAMETER },
        items: PARAMETER,
      },
    },
  },
};
