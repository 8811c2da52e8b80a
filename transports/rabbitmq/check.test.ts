import { expect, it } from "vitest";
import { formatPath } from "../../core/finding.ts";
import { checkConfig } from "./check.ts";
import type { RabbitmqConfig } from "./config.ts";

const GOOD: RabbitmqConfig = { host: "mq", connection: { secretName: "broker" } };

function check(config: RabbitmqConfig): [string, string][] {
  return checkConfig(config, ["config"]).map(({ code, path }) => [code, formatPath(path)]);
}

it("nothing is said about a config that does what it says", () => {
  expect(check(GOOD)).toEqual([]);
});

it.each<[string, RabbitmqConfig, [string, string][]]>([
  ["no connection", { host: "mq" }, [["E013", "config.connection"]]],
  ["no connection, no objects", { host: "mq", queues: { autoCreate: false } }, []],
  [
    "no connection, but users to make",
    { host: "mq", queues: { autoCreate: false }, access: "perActor" },
    [["E013", "config.connection"]],
  ],
  ["a broker that is too old", { ...GOOD, brokerVersion: "3.9" }, [["E012", "config.brokerVersion"]]],
  ["a double-digit minor version", { ...GOOD, brokerVersion: "3.10" }, []],
  [
    "no dead letters",
    { ...GOOD, queues: { dlq: { enabled: false } } },
    [["W002", "config.queues.dlq.enabled"]],
  ],
  ["forceRecreate", { ...GOOD, queues: { forceRecreate: true } }, [["W003", "config.queues.forceRecreate"]]],
  ["forceRecreate false", { ...GOOD, queues: { forceRecreate: false } }, []],
  [
    "limits of a classic queue",
    { ...GOOD, queueType: "classic", deliveryLimit: 3, queues: { dlq: { maxRetryCount: 3 } } },
    [
      ["W003", "config.deliveryLimit"],
      ["W003", "config.queues.dlq.maxRetryCount"],
    ],
  ],
  [
    "a shared user nobody uses",
    { ...GOOD, access: "perActor", username: "u", passwordSecretRef: { name: "s", key: "k" } },
    [
      ["W003", "config.username"],
      ["W003", "config.passwordSecretRef"],
    ],
  ],
  [
    "certificates without TLS",
    { ...GOOD, tls: { caSecretRef: { name: "ca" }, certSecretRef: { name: "c" } } },
    [
      ["W003", "config.tls.caSecretRef"],
      ["W003", "config.tls.certSecretRef"],
    ],
  ],
])("%s", (_title, config, findings) => {
  expect(check(config)).toEqual(findings);
});
