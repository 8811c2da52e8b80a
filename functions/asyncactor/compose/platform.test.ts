import { describe, expect, it } from "vitest";
import { formatFinding } from "../../../core/finding.ts";
import { checkPlatform, readPlatform } from "./platform.ts";

const RABBITMQ = { type: "rabbitmq", config: { host: "mq", connection: { secretName: "broker" } } };

const MINIMAL = { transports: { rabbitmq: RABBITMQ }, sidecar: { image: "asya-sidecar:1" } };

function lines(data: unknown, namespace = "ml"): string[] {
  return readPlatform(data, namespace).findings.map(formatFinding);
}

it("what is not said has its default", () => {
  expect(readPlatform(MINIMAL, "ml")).toEqual({
    findings: [],
    platform: {
      transports: { rabbitmq: { ...RABBITMQ, enabled: true } },
      sidecar: {
        image: "asya-sidecar:1",
        imagePullPolicy: "IfNotPresent",
        imagePullSecrets: [],
        metricsPort: 8080,
      },
    },
  });
});

it("everything that can be said arrives", () => {
  const data = {
    transports: {
      main: { ...RABBITMQ, enabled: false },
      aws: { type: "sqs", config: { region: "eu-central-1", accountId: "123456789012" } },
    },
    sidecar: {
      image: "asya-sidecar:1",
      imagePullPolicy: "Always",
      imagePullSecrets: [{ name: "pull" }],
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: 1 } },
      metricsPort: 9090,
      allowedImages: ["asya-sidecar:*"],
    },
    gateway: { url: "http://gateway:8080" },
    observability: { otlpEndpoint: "http://otel:4318" },
    claimCheck: { url: "s3://bucket/claims" },
    defaults: { scaling: { enabled: true } },
    limits: { maxReplicas: 20 },
  };
  const { transports, ...rest } = data;
  expect(readPlatform(data, "ml")).toEqual({
    findings: [],
    platform: { ...rest, transports: { main: transports.main, aws: { ...transports.aws, enabled: true } } },
  });
});

it("null is as good as absent", () => {
  const data = {
    ...MINIMAL,
    gateway: null,
    sidecar: { ...MINIMAL.sidecar, metricsPort: null },
    namespaces: null,
  };
  expect(readPlatform(data, "ml")).toEqual(readPlatform(MINIMAL, "ml"));
});

describe("a namespace's part comes over the others", () => {
  const data = {
    ...MINIMAL,
    sidecar: { image: "asya-sidecar:1", imagePullSecrets: [{ name: "a" }, { name: "b" }] },
    defaults: { scaling: { enabled: true, maxReplicas: 9 }, sidecar: { env: [{ name: "A", value: "1" }] } },
    namespaces: {
      ml: {
        transports: { rabbitmq: { config: { vhost: "ml" } } },
        sidecar: { imagePullSecrets: [{ name: "c" }] },
        defaults: { scaling: { maxReplicas: 3 }, sidecar: { env: [{ name: "B", value: "2" }] } },
      },
      other: { gateway: { url: "http://other" } },
    },
  };

  it("maps deeply, lists whole, defaults as layers of a spec", () => {
    const { platform, findings } = readPlatform(data, "ml");
    expect(findings).toEqual([]);
    expect(platform?.transports["rabbitmq"]?.config).toEqual({ ...RABBITMQ.config, vhost: "ml" });
    expect(platform?.sidecar.imagePullSecrets).toEqual([{ name: "c" }]);
    expect(platform?.defaults).toEqual({
      scaling: { enabled: true, maxReplicas: 3 },
      sidecar: {
        env: [
          { name: "A", value: "1" },
          { name: "B", value: "2" },
        ],
      },
    });
  });

  it("and only in that namespace", () => {
    expect(readPlatform(data, "elsewhere").platform?.transports["rabbitmq"]?.config).toEqual(RABBITMQ.config);
    expect(readPlatform(data, "elsewhere").platform?.gateway).toBeUndefined();
    expect(readPlatform(data, "other").platform?.gateway).toEqual({ url: "http://other" });
  });

  it("and may complete what is nowhere else", () => {
    const { sidecar: _, ...rest } = MINIMAL;
    const namespaces = { ml: { sidecar: { image: "x" } } };
    expect(readPlatform({ ...rest, namespaces }, "ml").platform?.sidecar.image).toBe("x");
    expect(lines({ ...rest, namespaces }, "other")).toEqual([
      expect.stringMatching(/^ASYA-E013 data\.sidecar: /),
    ]);
  });
});

describe("one finding per mistake, with its place and what to do", () => {
  it.each<[string, unknown, RegExp]>([
    ["not a mapping", "rabbitmq", /^ASYA-E011 data: data must be a mapping \(got "rabbitmq"\)/],
    ["no data", undefined, /^ASYA-E011 data: /],
    ["no transports", { sidecar: { image: "x" } }, /^ASYA-E013 data\.transports: /],
    ["no sidecar image", { ...MINIMAL, sidecar: {} }, /^ASYA-E013 data\.sidecar\.image: /],
    [
      "unknown key",
      { ...MINIMAL, sidecars: {} },
      /^ASYA-E010 data\.sidecars: .* - did you mean "sidecar"\?$/,
    ],
    [
      "unknown type",
      { ...MINIMAL, transports: { q: { type: "rabitmq", config: {} } } },
      /^ASYA-E012 data\.transports\.q\.type: .*"rabitmq".* - did you mean "rabbitmq"\?$/,
    ],
    ["no type", { ...MINIMAL, transports: { q: { config: {} } } }, /^ASYA-E013 data\.transports\.q\.type: /],
    [
      "no config",
      { ...MINIMAL, transports: { q: { type: "sqs" } } },
      /^ASYA-E013 data\.transports\.q\.config: /,
    ],
    [
      "a key of the other transport",
      { ...MINIMAL, transports: { rabbitmq: { ...RABBITMQ, config: { ...RABBITMQ.config, region: "x" } } } },
      /^ASYA-E010 data\.transports\.rabbitmq\.config\.region: /,
    ],
    [
      "an account that YAML read as a number",
      {
        ...MINIMAL,
        transports: { s: { type: "sqs", config: { region: "eu-central-1", accountId: 123456789012 } } },
      },
      /^ASYA-E011 data\.transports\.s\.config\.accountId: .* - put it in quotes: "123456789012"$/,
    ],
    [
      "a version that YAML read as a number",
      {
        ...MINIMAL,
        transports: { q: { type: "rabbitmq", config: { ...RABBITMQ.config, brokerVersion: 3.1 } } },
      },
      /^ASYA-E011 data\.transports\.q\.config\.brokerVersion: .*put it in quotes/,
    ],
    [
      "a template without the actor",
      {
        ...MINIMAL,
        transports: {
          s: { type: "sqs", config: { region: "eu-central-1", accountId: "123456789012", queueName: "q" } },
        },
      },
      /^ASYA-E012 data\.transports\.s\.config\.queueName: /,
    ],
    [
      "both connections",
      {
        ...MINIMAL,
        transports: {
          q: {
            type: "rabbitmq",
            config: { host: "mq", connection: { secretName: "s", clusterReference: { name: "c" } } },
          },
        },
      },
      /^ASYA-E012 data\.transports\.q\.config\.connection: /,
    ],
    [
      "a default that is no spec",
      { ...MINIMAL, defaults: { scale: {} } },
      /^ASYA-E010 data\.defaults\.scale: /,
    ],
    ["namespaces that are a list", { ...MINIMAL, namespaces: [] }, /^ASYA-E011 data\.namespaces: /],
    [
      "a mistake in the namespace's part",
      { ...MINIMAL, namespaces: { ml: { sidecar: { metricsPort: "http" } } } },
      /^ASYA-E011 data\.namespaces\.ml\.sidecar\.metricsPort: /,
    ],
    [
      "an unknown key in the namespace's transport",
      { ...MINIMAL, namespaces: { ml: { transports: { rabbitmq: { config: { vhosts: "x" } } } } } },
      /^ASYA-E010 data\.namespaces\.ml\.transports\.rabbitmq\.config\.vhosts: .* - did you mean "vhost"\?$/,
    ],
    [
      "namespaces inside a namespace",
      { ...MINIMAL, namespaces: { ml: { namespaces: {} } } },
      /^ASYA-E010 data\.namespaces\.ml\.namespaces: /,
    ],
    [
      "what only the transport knows",
      { ...MINIMAL, transports: { rabbitmq: { type: "rabbitmq", config: { host: "mq" } } } },
      /^ASYA-E013 data\.transports\.rabbitmq\.config\.connection: .* - set connection\.clusterReference\.name or /,
    ],
  ])("%s", (_title, data, line) => {
    expect(lines(data)).toEqual([expect.stringMatching(line)]);
    expect(readPlatform(data, "ml").platform).toBeUndefined();
  });
});

it("a mistake in another namespace's part is that namespace's alone, and checkPlatform finds it", () => {
  const data = { ...MINIMAL, namespaces: { other: { sidecar: { image: 1 } }, ml: {} } };
  expect(lines(data, "ml")).toEqual([]);
  expect(readPlatform(data, "ml").platform).toBeDefined();
  expect(checkPlatform(data).map(({ path }) => path.join("."))).toEqual([
    "data.namespaces.other.sidecar.image",
  ]);
});

it("checkPlatform says what holds everywhere once", () => {
  const queues = { forceRecreate: true };
  const transports = { rabbitmq: { type: "rabbitmq", config: { ...RABBITMQ.config, queues } } };
  const data = { ...MINIMAL, transports, namespaces: { a: {}, b: {} } };
  expect(checkPlatform(data).map(formatFinding)).toEqual([
    "ASYA-W003 data.transports.rabbitmq.config.queues.forceRecreate: has no effect: a queue is never recreated behind its " +
      "messages - remove it",
  ]);
});

it("a transport that is off is not judged beyond its schema", () => {
  const transports = { rabbitmq: { type: "rabbitmq", enabled: false, config: { host: "mq" } } };
  expect(lines({ ...MINIMAL, transports })).toEqual([]);
});
