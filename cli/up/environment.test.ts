import { expect, test } from "vitest";
import type { EnvVar } from "../../core/manifest.ts";
import { type Place, runtimeEnvironment, sidecarEnvironment } from "./environment.ts";

const PLACE: Place = {
  socketDir: "/state/sockets/read-page",
  gatewayUrl: "http://127.0.0.1:4711/secret",
  transport: { type: "local", file: "/state/queues.db" },
  resultsDir: "/state/results",
  bytecodeDir: "/state/bytecode",
  own: { PATH: "/bin", ASYA_STRAY: "not from here", NODE_OPTIONS: "--inspect" },
};

const SIDECAR: EnvVar[] = [
  { name: "ASYA_ACTOR_NAME", value: "read-page" },
  { name: "ASYA_TRANSPORT", value: "rabbitmq" },
  { name: "ASYA_SOCKET_DIR", value: "/var/run/asya" },
  { name: "ASYA_RUNTIME_TIMEOUT", value: "5m" },
  { name: "ASYA_METRICS_ADDR", value: ":8080" },
  { name: "ASYA_RETRY_MAX_ATTEMPTS", value: "3" },
  { name: "ASYA_RABBITMQ_HOST", value: "rabbitmq.rabbitmq.svc" },
  {
    name: "ASYA_RABBITMQ_PASSWORD",
    valueFrom: { secretKeyRef: { name: "rabbitmq-password", key: "password" } },
  },
  { name: "ASYA_GATEWAY_URL", value: "http://gateway" },
];

test("of a sidecar's environment only paths, ports, addresses and the transport are replaced", () => {
  expect(sidecarEnvironment(SIDECAR, PLACE)).toEqual({
    env: {
      PATH: "/bin",
      ASYA_ACTOR_NAME: "read-page",
      ASYA_RUNTIME_TIMEOUT: "5m",
      ASYA_RETRY_MAX_ATTEMPTS: "3",
      NODE_COMPILE_CACHE: "/state/bytecode",
      ASYA_TRANSPORT: "local",
      ASYA_LOCAL_FILE: "/state/queues.db",
      ASYA_SOCKET_DIR: "/state/sockets/read-page",
      ASYA_METRICS_ADDR: "127.0.0.1:0",
      ASYA_GATEWAY_URL: "http://127.0.0.1:4711/secret",
    },
    missing: [],
  });
});

test("with a broker the machine's own variables of that broker win over the rendered ones", () => {
  const own = { ASYA_RABBITMQ_HOST: "localhost", ASYA_RABBITMQ_PASSWORD: "guest", ASYA_LOG_LEVEL: "DEBUG" };
  const { env, missing } = sidecarEnvironment(SIDECAR, { ...PLACE, transport: { type: "rabbitmq" }, own });
  expect(env).toMatchObject({
    ASYA_TRANSPORT: "rabbitmq",
    ASYA_RABBITMQ_HOST: "localhost",
    ASYA_RABBITMQ_PASSWORD: "guest",
  });
  expect(env).not.toHaveProperty("ASYA_LOG_LEVEL");
  expect(env).not.toHaveProperty("ASYA_LOCAL_FILE");
  expect(missing).toEqual([]);
});

test("a runtime keeps what the user wrote; values of the cluster are looked up in the machine's own environment", () => {
  const rendered: EnvVar[] = [
    { name: "ASYA_SOCKET_DIR", value: "/var/run/asya" },
    { name: "ASYA_HANDLER", value: "pages.PageReader.read" },
    { name: "MODEL", value: "small" },
    { name: "MODEL_PATH", value: "/models/$(MODEL)/$$(x)/$(UNKNOWN)" },
    { name: "API_KEY", valueFrom: { secretKeyRef: { name: "keys", key: "api" } } },
    { name: "OTHER_KEY", valueFrom: { secretKeyRef: { name: "keys", key: "other" } } },
  ];
  const own = { ...PLACE.own, API_KEY: "mine" };
  expect(runtimeEnvironment(rendered, { ...PLACE, own }, false)).toEqual({
    env: {
      PATH: "/bin",
      ASYA_HANDLER: "pages.PageReader.read",
      MODEL: "small",
      MODEL_PATH: "/models/small/$(x)/$(UNKNOWN)",
      API_KEY: "mine",
      ASYA_SOCKET_DIR: "/state/sockets/read-page",
      PYTHONUNBUFFERED: "1",
      PYTHONPYCACHEPREFIX: "/state/bytecode",
    },
    missing: ["OTHER_KEY"],
  });
});

test("an end actor of the crew stores in a folder instead of its bucket, under the same prefix", () => {
  const rendered: EnvVar[] = [
    { name: "ASYA_HANDLER_MODE", value: "envelope" },
    { name: "ASYA_S3_BUCKET", value: "results" },
    { name: "ASYA_S3_RESULTS_PREFIX", value: "mine/" },
    { name: "ASYA_S3_SECRET_KEY", valueFrom: { secretKeyRef: { name: "store", key: "secret" } } },
  ];
  const { env, missing } = runtimeEnvironment(rendered, PLACE, true);
  expect(env).toMatchObject({
    ASYA_HANDLER_MODE: "envelope",
    ASYA_S3_RESULTS_PREFIX: "mine/",
    ASYA_RESULTS_DIR: "/state/results",
  });
  expect(env).not.toHaveProperty("ASYA_S3_BUCKET");
  expect(missing).toEqual([]);
});
