import fc from "fast-check";
import { expect, it } from "vitest";
import { SettingError } from "../../core/env.ts";
import type { SqsConfig } from "./config.ts";
import { withDefaults } from "./defaults.ts";
import { fromEnv, toEnv } from "./settings.ts";

it("what the platform says is what the sidecar reads", () => {
  const config: fc.Arbitrary<SqsConfig> = fc.record(
    {
      region: fc.constantFrom("eu-central-1", "us-gov-west-1"),
      accountId: fc.constant("123456789012"),
      endpoint: fc.constantFrom("http://moto:5000", "https://sqs.local"),
      waitTimeSeconds: fc.integer({ min: 0, max: 20 }),
    },
    { requiredKeys: ["region", "accountId"] },
  );
  const visibility = fc.integer({ min: 1, max: 43_200 });
  const template = fc.constantFrom("asya-{actor}", "prod_{actor}-x");
  fc.assert(
    fc.property(config, visibility, template, (written, visibilitySeconds, queueTemplate) => {
      const variables = toEnv(withDefaults(written), visibilitySeconds, queueTemplate);
      expect(fromEnv(Object.fromEntries(variables.map(({ name, value }) => [name, value])))).toEqual({
        region: written.region,
        endpoint: written.endpoint,
        visibilityTimeoutSeconds: visibilitySeconds,
        waitTimeSeconds: written.waitTimeSeconds ?? 20,
        queueTemplate,
      });
    }),
  );
});

it("an empty environment means 0.1's defaults", () => {
  expect(fromEnv({})).toEqual({
    region: "us-east-1",
    endpoint: undefined,
    visibilityTimeoutSeconds: 300,
    waitTimeSeconds: 20,
    queueTemplate: "asya-{actor}",
  });
});

it("a template's namespace and cluster come from the environment", () => {
  const ASYA_SQS_QUEUE_TEMPLATE = "{cluster}-{namespace}-{actor}";
  expect(fromEnv({ ASYA_SQS_QUEUE_TEMPLATE, ASYA_NAMESPACE: "ml", ASYA_CLUSTER: "prod" }).queueTemplate).toBe(
    "prod-ml-{actor}",
  );
  expect(() => fromEnv({ ASYA_SQS_QUEUE_TEMPLATE, ASYA_NAMESPACE: "ml" })).toThrow(
    new SettingError("ASYA_CLUSTER", "must be set: ASYA_SQS_QUEUE_TEMPLATE uses {cluster}"),
  );
});

it.each([
  [
    { ASYA_SQS_VISIBILITY_TIMEOUT: "10m" },
    "ASYA_SQS_VISIBILITY_TIMEOUT",
    'must be a whole number from 0 to 43200, got "10m"',
  ],
  [
    { ASYA_SQS_WAIT_TIME_SECONDS: "21" },
    "ASYA_SQS_WAIT_TIME_SECONDS",
    'must be a whole number from 0 to 20, got "21"',
  ],
  [
    { ASYA_SQS_ENDPOINT: "moto:5000" },
    "ASYA_SQS_ENDPOINT",
    "must be a URL that starts with http:// or https://",
  ],
  [
    { ASYA_SQS_QUEUE_TEMPLATE: "asya-{name}" },
    "ASYA_SQS_QUEUE_TEMPLATE",
    'must hold {actor}, and else letters, digits, -, _, {namespace} and {cluster}, got "asya-{name}"',
  ],
  [
    { ASYA_AWS_REGION: "no region" },
    "ASYA_AWS_REGION",
    'must be a region such as eu-central-1, got "no region"',
  ],
])("%j stops the program", (env, variable, problem) => {
  expect(() => fromEnv(env)).toThrow(new SettingError(variable, problem));
});
