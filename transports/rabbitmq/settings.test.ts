import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Environment, SettingError } from "../../core/env.ts";
import type { EnvVar } from "../../core/manifest.ts";
import type { ActorView } from "../contract.ts";
import { credentials } from "./access.ts";
import type { RabbitmqConfig } from "./config.ts";
import { withDefaults } from "./defaults.ts";
import { fromEnv, toEnv } from "./settings.ts";

const ACTOR: ActorView = {
  name: "a",
  namespace: "ml",
  processingMs: 300_000,
  queueLength: 5,
  sendTo: undefined,
  messagesAtDeletion: "Retain",
};

/** As the kubelet would: every Secret's key holds its own name. */
function resolved(variables: readonly EnvVar[]): Environment {
  return Object.fromEntries(
    variables.map(({ name, value, valueFrom }) => {
      const ref = valueFrom?.secretKeyRef;
      return [name, ref === undefined ? value : `${ref.name}.${ref.key}`];
    }),
  );
}

it("what the platform says is what the sidecar reads", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const config: fc.Arbitrary<RabbitmqConfig> = fc.record(
    {
      host: name,
      port: fc.integer({ min: 1, max: 65_535 }),
      vhost: fc.string({ minLength: 1 }),
      exchange: name,
      username: fc.string({ minLength: 1 }),
      passwordSecretRef: fc.record({ name, key: name }),
      tls: fc.record(
        { enabled: fc.boolean(), caSecretRef: fc.record({ name }), certSecretRef: fc.record({ name }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ["host"] },
  );
  fc.assert(
    fc.property(config, (written) => {
      const platform = withDefaults(written);
      const settings = fromEnv(resolved(toEnv(platform, credentials(platform, ACTOR))));
      const secret = platform.passwordSecretRef;
      expect(settings).toEqual({
        host: platform.host,
        port: platform.port,
        vhost: platform.vhost,
        exchange: platform.exchange,
        username: platform.username,
        password: secret === undefined ? "guest" : `${secret.name}.${secret.key}`,
        prefetch: undefined,
        tls: platform.tls
          ? {
              caFile: platform.caSecretRef && "/etc/asya/rabbitmq/ca.crt",
              certFile: platform.certSecretRef && "/etc/asya/rabbitmq/tls.crt",
              keyFile: platform.certSecretRef && "/etc/asya/rabbitmq/tls.key",
            }
          : undefined,
      });
    }),
    { numRuns: 200 },
  );
});

it("an empty environment means 0.1's defaults", () => {
  expect(fromEnv({})).toEqual({
    host: "localhost",
    port: 5672,
    vhost: "/",
    username: "guest",
    password: "guest",
    exchange: "asya",
    tls: undefined,
    prefetch: undefined,
  });
});

describe("ASYA_RABBITMQ_URL", () => {
  it("comes before the single variables, which fill in what it leaves out", () => {
    const env = {
      ASYA_RABBITMQ_URL: "amqp://user:p%40ss@broker:5673/tenant%2Fa",
      ASYA_RABBITMQ_HOST: "ignored",
      ASYA_RABBITMQ_PASSWORD: "ignored",
    };
    expect(fromEnv(env)).toMatchObject({
      host: "broker",
      port: 5673,
      vhost: "tenant/a",
      username: "user",
      password: "p@ss",
      tls: undefined,
    });
    expect(
      fromEnv({ ASYA_RABBITMQ_URL: "amqp://broker/", ASYA_RABBITMQ_VHOST: "v", ASYA_RABBITMQ_USERNAME: "u" }),
    ).toMatchObject({
      port: 5672,
      vhost: "v",
      username: "u",
    });
  });

  it("with amqps means TLS on port 5671, with the files that are set", () => {
    expect(fromEnv({ ASYA_RABBITMQ_URL: "amqps://broker", ASYA_RABBITMQ_CA_FILE: "/ca" })).toMatchObject({
      port: 5671,
      tls: { caFile: "/ca", certFile: undefined, keyFile: undefined },
    });
  });
});

it.each([
  [
    { ASYA_RABBITMQ_PREFETCH: "ten" },
    'ASYA_RABBITMQ_PREFETCH must be a whole number from 1 to 65535, got "ten"',
  ],
  [{ ASYA_RABBITMQ_PORT: "0" }, 'ASYA_RABBITMQ_PORT must be a whole number from 1 to 65535, got "0"'],
  [{ ASYA_RABBITMQ_TLS: "yes" }, 'ASYA_RABBITMQ_TLS must be one of enable, disable, got "yes"'],
  [
    { ASYA_RABBITMQ_TLS: "disable", ASYA_RABBITMQ_CA_FILE: "/ca" },
    'ASYA_RABBITMQ_TLS must be enable where certificate files are set, got "disable"',
  ],
  [
    { ASYA_RABBITMQ_CERT_FILE: "/c" },
    "ASYA_RABBITMQ_KEY_FILE must be set: a client certificate needs both its file and its key's",
  ],
  [
    { ASYA_RABBITMQ_URL: "http://u:secret@h" },
    "ASYA_RABBITMQ_URL must be a URL that starts with amqp:// or amqps://",
  ],
  [
    { ASYA_RABBITMQ_URL: "amqp://h", ASYA_RABBITMQ_CA_FILE: "/ca" },
    "ASYA_RABBITMQ_URL must start with amqps:// where TLS or certificate files are set",
  ],
  [
    { ASYA_RABBITMQ_URL: "amqp://h/%ff" },
    "ASYA_RABBITMQ_URL must percent-encode its user, password and vhost",
  ],
])("%j stops the program", (env, message) => {
  expect(() => fromEnv(env)).toThrow(
    new SettingError(message.split(" ")[0] ?? "", message.split(" ").slice(1).join(" ")),
  );
});
