import { expect, test } from "vitest";
import { readSettings, VARIABLES } from "./settings.ts";

const NAME = { ASYA_ACTOR_NAME: "a" };

test("with nothing but the actor's name the defaults of the contract hold", () => {
  expect(readSettings(NAME)).toMatchObject({
    actor: "a",
    transport: "rabbitmq",
    socketDir: "/var/run/asya",
    runtimeTimeoutMs: 300_000,
    happyEnd: "happy-end",
    errorEnd: "error-end",
    isEndActor: false,
    gatewayUrl: undefined,
    sendTo: undefined,
    retryMaxAttempts: 1,
    concurrency: 1,
    batchMaxSize: 1,
    maxFrameBytes: 67_108_864,
    queueRetryMaxAttempts: 10,
    queueRetryBackoffMs: 1_000,
    metricsEnabled: true,
    metricsAddress: { host: undefined, port: 8080 },
    metricsNamespace: "asya_actor",
    customMetrics: [],
    logLevel: "info",
  });
});

test.each<[string, string, string]>([
  ["ASYA_ACTOR_NAME", "a b", `must be an actor's name, got "a b"`],
  ["ASYA_TRANSPORT", "kafka", 'names no transport, got "kafka"'],
  ["ASYA_RUNTIME_TIMEOUT", "300", 'must be a duration such as 1m30s or 500ms, got "300"'],
  ["ASYA_RUNTIME_TIMEOUT", "0s", 'must be longer than 0, got "0s"'],
  ["ASYA_RUNTIME_TIMEOUT", "1000h", 'must be at most 596h, got "1000h"'],
  ["ASYA_IS_END_ACTOR", "yes", 'must be true or false, got "yes"'],
  ["ASYA_GATEWAY_URL", "gateway:8080", "must be a URL that starts with http:// or https://"],
  ["ASYA_CONCURRENCY", "0", 'must be a whole number from 1 to 1000, got "0"'],
  ["ASYA_RETRY_MAX_ATTEMPTS", "101", 'must be a whole number from 1 to 100, got "101"'],
  ["ASYA_RETRY_BACKOFF", "fast", 'must be one of exponential, linear, constant, got "fast"'],
  ["ASYA_METRICS_ADDR", "8080", 'must be [HOST]:PORT, got "8080"'],
  ["ASYA_METRICS_ADDR", ":65536", 'must be [HOST]:PORT, got ":65536"'],
  ["ASYA_METRICS_NAMESPACE", "asya-actor", 'must be letters, digits, _ and :, got "asya-actor"'],
  ["ASYA_LOG_LEVEL", "LOUD", 'must be one of DEBUG, INFO, WARN, WARNING, ERROR, got "LOUD"'],
  ["ASYA_CUSTOM_METRICS", "{", 'must be JSON, got "{"'],
  ["ASYA_CUSTOM_METRICS", "{}", "must be a JSON list of metrics"],
  ["ASYA_CUSTOM_METRICS", '[{"name":"n","type":"sum"}]', "[0].type must be counter, gauge or histogram"],
  [
    "ASYA_CUSTOM_METRICS",
    '[{"name":"n","type":"gauge","lables":[]}]',
    "[0].lables must be one of name, type",
  ],
  [
    "ASYA_CUSTOM_METRICS",
    '[{"name":"n","type":"histogram","buckets":["1"]}]',
    "[0].buckets must be a list of ascending numbers",
  ],
  [
    "ASYA_CUSTOM_METRICS",
    '[{"name":"n","type":"histogram","buckets":[2,1]}]',
    "[0].buckets must be a list of",
  ],
  ["ASYA_CUSTOM_METRICS", '[{"name":"n","type":"gauge","buckets":[1]}]', "[0].buckets must be left out"],
  ["ASYA_CUSTOM_METRICS", '[{"name":"n","type":"histogram","labels":["le"]}]', "[0].labels must be others"],
  ["ASYA_CUSTOM_METRICS", '[{"name":"n","type":"gauge","labels":["a","a"]}]', "[0].labels must be different"],
  [
    "ASYA_CUSTOM_METRICS",
    '[{"name":"n","type":"gauge","labels":["__a"]}]',
    "[0].labels must be a list of labels' names",
  ],
  [
    "ASYA_CUSTOM_METRICS",
    '[{"name":"n","type":"gauge"},{"name":"n","type":"counter"}]',
    "[1].name must be another than [0]'s",
  ],
  ["ASYA_SOCKET_NAME", "a/b", 'must be the name of a file, got "a/b"'],
  ["ASYA_SEND_TO", "b, c d", `must be an actor's name, got "c d"`],
])("%s=%s is refused: %s", (name, text, problem) => {
  expect(() => readSettings({ ...NAME, [name]: text })).toThrow(`${name} ${problem}`);
});

test("ASYA_ACTOR_NAME must be set", () => {
  expect(() => readSettings({})).toThrow("ASYA_ACTOR_NAME must be set");
});

test("an empty ASYA_SEND_TO allows nobody; every other empty variable is an unset one", () => {
  const empty = Object.fromEntries(Object.values(VARIABLES).map(({ name }) => [name, ""]));
  expect(readSettings({ ...empty, ...NAME })).toEqual({ ...readSettings(NAME), sendTo: [] });
  expect(readSettings({ ...NAME, ASYA_SEND_TO: "b, c" }).sendTo).toEqual(["b", "c"]);
});

test.each([
  [":9090", { host: undefined, port: 9090 }],
  ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
  ["[::1]:8080", { host: "::1", port: 8080 }],
])("ASYA_METRICS_ADDR=%s", (text, expected) => {
  expect(readSettings({ ...NAME, ASYA_METRICS_ADDR: text }).metricsAddress).toEqual(expected);
});

test("custom metrics are read whole", () => {
  const metrics = [
    { name: "tokens", type: "histogram", help: "Tokens", labels: ["model"], buckets: [1, 10] },
  ];
  expect(readSettings({ ...NAME, ASYA_CUSTOM_METRICS: JSON.stringify(metrics) }).customMetrics).toEqual(
    metrics,
  );
});
