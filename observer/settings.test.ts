import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

test("nothing needs to be set", () => {
  expect(readSettings({})).toEqual({
    asks: false,
    watchNamespace: undefined,
    leaseName: "asya-observer",
    leaseNamespace: undefined,
    podName: undefined,
    intervalMs: 15_000,
    metricsAddress: { host: undefined, port: 8080 },
    logLevel: "info",
  });
});

test.each([
  ["ASYA_OBSERVER_INTERVAL", "14s", 'ASYA_OBSERVER_INTERVAL must be from 15s to 1h, got "14s"'],
  [
    "ASYA_OBSERVER_INTERVAL",
    "often",
    'ASYA_OBSERVER_INTERVAL must be a duration such as 1m30s or 500ms, got "often"',
  ],
  ["WATCH_NAMESPACE", "a b", 'WATCH_NAMESPACE must be the name of a Kubernetes object, got "a b"'],
  ["ASYA_METRICS_ADDR", "8080", 'ASYA_METRICS_ADDR must be [HOST]:PORT, got "8080"'],
  ["ASYA_LOG_LEVEL", "loud", 'ASYA_LOG_LEVEL must be one of DEBUG, INFO, WARN, WARNING, ERROR, got "LOUD"'],
])("%s=%s stops the program", (variable, text, message) => {
  expect(() => readSettings({ [variable]: text })).toThrow(message);
});
