import { describe, expect, test } from "vitest";
import { formatFinding } from "../../../core/finding.ts";
import { checkActorSchema, checkPlatformSchema, checkSpecLayer } from "./schema.ts";

const workload = { template: { spec: { containers: [{ name: "asya-runtime", image: "app:1" }] } } };

function actor(spec: object): unknown {
  return {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name: "a" },
    spec: { transport: "rabbitmq", workload, ...spec },
  };
}

describe("checkActorSchema", () => {
  test.each([
    [
      { scaling: { maxReplicas: "ten" } },
      'ASYA-E011 spec.scaling.maxReplicas: maxReplicas must be a whole number (got "ten") - write a whole number',
    ],
    [
      { scaling: { maxReplicas: "10" } },
      'ASYA-E011 spec.scaling.maxReplicas: maxReplicas must be a whole number (got "10") - remove the quotes',
    ],
    [
      { scaling: { maxReplicas: 0 } },
      "ASYA-E012 spec.scaling.maxReplicas: maxReplicas must be at least 1 (got 0) - use 1 or more",
    ],
    [
      { scaling: { advanced: { formula: "a", target: 10 } } },
      'ASYA-E011 spec.scaling.advanced.target: target must be text (got 10) - put it in quotes: "10"',
    ],
    [
      { timeout: { processing: [] } },
      "ASYA-E011 spec.timeout.processing: processing must be a whole number or text (got []) - write a whole number or text",
    ],
    [{ scalling: {} }, 'ASYA-E010 spec.scalling: scalling is not a known field - did you mean "scaling"?'],
    [
      { retry: { backoff: "expontential" } },
      'ASYA-E012 spec.retry.backoff: backoff must be one of exponential, linear, constant (got "expontential") - did you mean "exponential"?',
    ],
    [
      { access: { sendTo: ["Next"] } },
      'ASYA-E012 spec.access.sendTo[0]: sendTo[0] must be small letters, digits and -, with a letter or digit at both ends (got "Next") - change it',
    ],
    [
      { sidecar: { env: [{ value: "x" }] } },
      "ASYA-E013 spec.sidecar.env[0].name: name is missing - set name",
    ],
    [{ transport: null }, "ASYA-E013 spec.transport: transport is missing - set transport"],
  ])("says of %j what, where, which rule and what to do", (spec, line) => {
    expect(checkActorSchema(actor(spec)).map(formatFinding)).toEqual([line]);
  });

  test("has one finding for each of many mistakes", () => {
    const found = checkActorSchema(
      actor({ concurrency: 0, deletion: { message: "Delete" }, flavors: "gpu" }),
    );
    expect(found.map(({ code }) => code).sort()).toEqual(["E010", "E011", "E012"]);
  });

  test.each([[null], [[]], ["text"], [7]])("refuses %j as an actor", (value) => {
    expect(checkActorSchema(value).map(({ code, path }) => ({ code, path }))).toEqual([
      { code: "E011", path: [] },
    ]);
  });

  test("leaves status and the server's metadata alone", () => {
    const observed = { ...(actor({}) as object), status: { conditions: [{}], anything: 1 } };
    expect(checkActorSchema({ ...observed, metadata: { name: "a", uid: "u", managedFields: [{}] } })).toEqual(
      [],
    );
  });
});

describe("checkSpecLayer", () => {
  test("requires nothing, but what is there must fit", () => {
    expect(checkSpecLayer({}, [])).toEqual([]);
    expect(
      checkSpecLayer({ batching: { maxWait: "1s" }, workload: { template: { metadata: {} } } }, []),
    ).toEqual([]);
    expect(checkSpecLayer({ scaling: { queueLength: "5" } }, ["data"]).map(formatFinding)).toEqual([
      'ASYA-E011 data.scaling.queueLength: queueLength must be a whole number (got "5") - remove the quotes',
    ]);
  });

  test("requires the key of an entry in a list", () => {
    const layer = { workload: { template: { spec: { containers: [{ image: "app:1" }] } } } };
    expect(checkSpecLayer(layer, []).map(({ code, path }) => `${code} ${path.join(".")}`)).toEqual([
      "E013 workload.template.spec.containers.0.name",
    ]);
  });

  test.each([
    ["transport", "sqs"],
    ["flavors", ["gpu"]],
    ["crossplane", {}],
  ])("has no %s: that is the actor's own", (field, value) => {
    expect(checkSpecLayer({ [field]: value }, []).map(({ code, path }) => ({ code, path }))).toEqual([
      { code: "E010", path: [field] },
    ]);
  });
});

describe("checkPlatformSchema", () => {
  const platform = {
    transports: {
      rabbitmq: {
        type: "rabbitmq",
        config: { host: "rabbitmq", passwordSecretRef: { name: "s", key: "k" } },
      },
    },
    sidecar: { image: "sidecar:1" },
  };

  test("checks a transport's config by its type, and defaults by the actor's spec", () => {
    expect(checkPlatformSchema(platform)).toEqual([]);
    const wrong = {
      ...platform,
      transports: {
        rabbitmq: { type: "rabbitmq", config: { ...platform.transports.rabbitmq.config, prot: 5672 } },
      },
      defaults: { scaling: { maxReplica: 5 } },
      namespaces: { team: { defaults: { concurrency: 0 } } },
    };
    expect(checkPlatformSchema(wrong).map(formatFinding)).toEqual([
      'ASYA-E010 transports.rabbitmq.config.prot: prot is not a known field - did you mean "port"?',
      'ASYA-E010 defaults.scaling.maxReplica: maxReplica is not a known field - did you mean "maxReplicas"?',
      "ASYA-E012 namespaces.team.defaults.concurrency: concurrency must be at least 1 (got 0) - use 1 or more",
    ]);
  });
});
