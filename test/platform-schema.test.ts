import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv, type AnySchema } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formatFinding } from "../core/finding.ts";
import { checkPlatformSchema } from "../functions/asyncactor/compose/schema.ts";
import { mutated, seededRandom } from "./mutations.ts";

const folder = resolve(import.meta.dirname, "../compositions");
const ROUNDS = 1_000;

/** A validator that is not ours, with the file that editors use. */
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: {
    int32: { type: "number", validate: (value: number) => Math.abs(value) < 2 ** 31 },
    int64: { type: "number", validate: () => true },
  },
});
const validate = ajv.compile(
  JSON.parse(readFileSync(join(folder, "platform.schema.json"), "utf8")) as AnySchema,
);

/** What JSON Schema cannot say or says otherwise: keys of lists, quantities; null counts as absent with us alone. */
function isComparable(data: unknown, findings: readonly string[]): boolean {
  return (
    !JSON.stringify(data).includes("null") && !findings.some((line) => /ASYA-E018|a quantity/.test(line))
  );
}

describe.each(["rabbitmq", "sqs"])("the platform example %s", (name) => {
  const { data } = parse(readFileSync(join(folder, "platform", `${name}.yaml`), "utf8")) as { data: object };

  test("fits the platform's JSON Schema", () => {
    expect(validate(data), ajv.errorsText(validate.errors)).toBe(true);
    expect(checkPlatformSchema(data)).toEqual([]);
  });

  test(`with one of ${ROUNDS} random mutations is refused exactly when ajv refuses it by the file for editors`, () => {
    const random = seededRandom(3);
    const verdicts = { taken: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const changed = mutated(data, random);
      const findings = checkPlatformSchema(changed).map(formatFinding);
      if (!isComparable(changed, findings)) continue;
      const taken = validate(changed);
      const story = `${JSON.stringify(changed)}\n${ajv.errorsText(validate.errors)}\n${findings.join("\n")}`;
      expect(findings.length === 0, story).toBe(taken);
      verdicts[taken ? "taken" : "refused"]++;
    }
    expect(verdicts.taken).toBeGreaterThan(50);
    expect(verdicts.refused).toBeGreaterThan(300);
  });
});
