import { describe, expect, test } from "vitest";
import { formatFinding, formatPath } from "../../../core/finding.ts";
import {
  checkPodTemplate,
  checkPodTemplateAgainstCluster,
  checkVolumeClaimTemplates,
} from "./pod-template-schema.ts";

const runtime = { name: "asya-runtime", image: "app:1" };

function lines(template: unknown): string[] {
  return checkPodTemplate(template, ["template"]).findings.map(formatFinding);
}

describe("checkPodTemplate", () => {
  test("takes what Kubernetes takes", () => {
    const template = {
      metadata: { labels: { app: "a" }, annotations: { note: "b" } },
      spec: {
        containers: [
          {
            ...runtime,
            resources: { limits: { "nvidia.com/gpu": 1, memory: "8Gi", cpu: 0.5 } },
            ports: [{ containerPort: 8080 }, { containerPort: 8080, protocol: "UDP" }],
            livenessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 5 },
            command: null,
          },
        ],
        nodeSelector: { gpu: "true" },
        tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
        volumes: [{ name: "model", persistentVolumeClaim: { claimName: "model" } }],
        terminationGracePeriodSeconds: 600,
      },
    };
    expect(checkPodTemplate(template, [])).toEqual({ findings: [], newerFields: [] });
  });

  test("names an unknown field and the one that was meant", () => {
    expect(lines({ spec: { containers: [{ ...runtime, imagePulPolicy: "Always" }] } })).toEqual([
      'ASYA-E030 template.spec.containers[0].imagePulPolicy: imagePulPolicy is not a known field - did you mean "imagePullPolicy"?',
    ]);
  });

  test("names what has the wrong type, once", () => {
    expect(
      lines({ spec: { containers: [{ ...runtime, ports: [{ containerPort: "abc" }], args: "run" }] } }),
    ).toEqual([
      'ASYA-E031 template.spec.containers[0].ports[0].containerPort: containerPort must be a whole number (got "abc") - write a whole number',
      'ASYA-E031 template.spec.containers[0].args: args must be a list (got "run") - write a list, each entry with a leading -',
    ]);
  });

  test("names what is missing", () => {
    expect(lines({ spec: { containers: [{ image: "app:1" }] } })).toEqual([
      "ASYA-E013 template.spec.containers[0].name: name is missing - set name",
    ]);
  });

  test("finds entries of a list with one key, which server-side apply refuses", () => {
    const env = [
      { name: "A", value: "1" },
      { name: "A", value: "2" },
    ];
    const ports = [{ containerPort: 80 }, { containerPort: 80, protocol: "TCP" }];
    expect(lines({ spec: { containers: [{ ...runtime, env, ports }] } })).toEqual([
      'ASYA-E018 template.spec.containers[0].env[1]: env[1] has name "A" like env[0] - remove or rename one of them',
      'ASYA-E018 template.spec.containers[0].ports[1]: ports[1] has containerPort 80, protocol "TCP" like ports[0] - remove or rename one of them',
    ]);
  });

  test("does not print what a variable holds", () => {
    const found = lines({ spec: { containers: [{ ...runtime, env: [{ name: "PIN", value: 48151623 }] }] } });
    expect(found).toEqual([
      "ASYA-E031 template.spec.containers[0].env[0].value: value must be text (got a number) - put it in quotes",
    ]);
  });

  test("does not take an object's inherited names for fields", () => {
    const template: unknown = JSON.parse('{"spec": {"containers": [], "constructor": {}, "__proto__": {}}}');
    expect(checkPodTemplate(template, []).findings.map(({ path }) => formatPath(path))).toEqual([
      "spec.constructor",
      "spec.__proto__",
    ]);
  });

  test("lists fields that the oldest supported Kubernetes lacks, also deep down", () => {
    const template = {
      spec: {
        containers: [{ ...runtime, lifecycle: { stopSignal: "SIGUSR1" } }],
        volumes: [{ name: "model", image: { reference: "model:1" } }],
        hostnameOverride: null,
      },
    };
    const { findings, newerFields } = checkPodTemplate(template, ["spec"]);
    expect(findings).toEqual([]);
    expect(newerFields.map(formatPath)).toEqual([
      "spec.spec.containers[0].lifecycle.stopSignal",
      "spec.spec.volumes[0].image",
    ]);
  });
});

describe("checkVolumeClaimTemplates", () => {
  test("checks the spec of each claim", () => {
    const good = {
      metadata: { name: "a" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    const wrong = {
      metadata: { name: "b" },
      spec: { accessMode: ["ReadWriteOnce"], resources: { limits: [] } },
    };
    expect(checkVolumeClaimTemplates([good, wrong, null], ["claims"]).findings.map(formatFinding)).toEqual([
      'ASYA-E030 claims[1].spec.accessMode: accessMode is not a known field - did you mean "accessModes"?',
      "ASYA-E031 claims[1].spec.resources.limits: limits must be a mapping (got []) - write a mapping",
    ]);
  });
});

describe("checkPodTemplateAgainstCluster", () => {
  const pod = {
    type: "object",
    properties: {
      containers: {
        type: "array",
        items: { allOf: [{ type: "object", required: ["name"], properties: { name: { type: "string" } } }] },
        "x-kubernetes-list-map-keys": ["name"],
      },
      fieldOfTheFuture: { oneOf: [{ type: "integer" }, { type: "string" }], format: "int-or-string" },
    },
  };
  const template = { type: "object", properties: { spec: { allOf: [pod], default: {} } } };
  const inlined = {
    type: "object",
    properties: { spec: { type: "object", required: ["selector"], properties: { selector: {}, template } } },
  };
  const referring = {
    $ref: "#/components/schemas/Deployment",
    components: {
      schemas: {
        Deployment: {
          type: "object",
          properties: { spec: { allOf: [{ $ref: "#/components/schemas/DeploymentSpec" }] } },
        },
        DeploymentSpec: {
          type: "object",
          properties: { template: { $ref: "#/components/schemas/PodTemplateSpec" } },
        },
        PodTemplateSpec: template,
      },
    },
  };

  test.each([
    ["with everything inlined", inlined],
    ["with references", referring],
  ])("judges by the cluster's schema %s, and says nothing about the rest of a Deployment", (_, schema) => {
    const value = {
      spec: { containers: [{ name: "a" }, { nam: "b" }], fieldOfTheFuture: true, nodeSelector: {} },
    };
    const found = checkPodTemplateAgainstCluster(schema, value, ["spec", "workload", "template"]);
    expect(found.map(({ code, path }) => `${code} ${formatPath(path)}`)).toEqual([
      "E013 spec.workload.template.spec.containers[1].name",
      "E030 spec.workload.template.spec.containers[1].nam",
      "E031 spec.workload.template.spec.fieldOfTheFuture",
      "E030 spec.workload.template.spec.nodeSelector",
    ]);
  });

  test("falls back to the bundled schema where the cluster has none", () => {
    for (const schema of [{}, null, undefined, { properties: { spec: {} } }]) {
      const found = checkPodTemplateAgainstCluster(
        schema,
        { spec: { containers: [], nodeSelecter: {} } },
        [],
      );
      expect(found.map(({ code, path }) => `${code} ${formatPath(path)}`)).toEqual([
        "E030 spec.nodeSelecter",
      ]);
    }
  });
});
