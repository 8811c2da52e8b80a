import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeLayers } from "./merge.ts";

const container = (...fields: object[]) => ({
  template: { spec: { containers: [Object.assign({}, ...fields)] } },
});

test("maps merge deeply and plain lists are replaced", () => {
  const lower = { scaling: { enabled: true, maxReplicas: 5 }, access: { sendTo: ["a", "b"] } };
  const upper = { scaling: { maxReplicas: 9 }, access: { sendTo: ["c"] } };
  expect(mergeLayers(lower, upper)).toEqual({
    scaling: { enabled: true, maxReplicas: 9 },
    access: { sendTo: ["c"] },
  });
});

test("containers of one name merge; a new one comes after the lower layer's", () => {
  const lower = {
    template: {
      spec: { containers: [{ name: "asya-runtime", resources: { limits: { "nvidia.com/gpu": 1 } } }] },
    },
  };
  const upper = {
    template: { spec: { containers: [{ name: "redis" }, { name: "asya-runtime", image: "llm:1" }] } },
  };
  expect(mergeLayers(lower, upper)).toEqual({
    template: {
      spec: {
        containers: [
          { name: "asya-runtime", resources: { limits: { "nvidia.com/gpu": 1 } }, image: "llm:1" },
          { name: "redis" },
        ],
      },
    },
  });
});

test("an env entry replaces the lower one whole: no value beside a valueFrom", () => {
  const lower = container({
    name: "c",
    env: [
      { name: "TOKEN", value: "plain" },
      { name: "A", value: "1" },
    ],
  });
  const upper = container({
    name: "c",
    env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
  });
  expect(mergeLayers(lower, upper)).toEqual(
    container({
      name: "c",
      env: [
        { name: "TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
        { name: "A", value: "1" },
      ],
    }),
  );
});

test("volumes and probes are replaced whole", () => {
  const probe = (fields: object) => container({ name: "c", livenessProbe: fields });
  expect(
    mergeLayers(probe({ httpGet: { port: 1 }, periodSeconds: 9 }), probe({ exec: { command: ["x"] } })),
  ).toEqual(probe({ exec: { command: ["x"] } }));
  const volume = (fields: object) => ({ template: { spec: { volumes: [{ name: "v", ...fields }] } } });
  expect(mergeLayers(volume({ emptyDir: {} }), volume({ hostPath: { path: "/x" } }))).toEqual(
    volume({ hostPath: { path: "/x" } }),
  );
});

test("ports merge by number and protocol, TCP where none is written; mounts by path", () => {
  const lower = container({
    name: "c",
    ports: [{ containerPort: 80, name: "http" }],
    volumeMounts: [{ mountPath: "/m", name: "a" }],
  });
  const upper = container({
    name: "c",
    ports: [
      { containerPort: 80, protocol: "TCP" },
      { containerPort: 80, protocol: "UDP" },
    ],
    volumeMounts: [{ mountPath: "/m", name: "b" }],
  });
  expect(mergeLayers(lower, upper)).toEqual(
    container({
      name: "c",
      ports: [
        { containerPort: 80, name: "http", protocol: "TCP" },
        { containerPort: 80, protocol: "UDP" },
      ],
      volumeMounts: [{ mountPath: "/m", name: "b" }],
    }),
  );
});

test("lists outside the pod template replace, whatever they are called", () => {
  const claims = (name: string) => ({ volumeClaimTemplates: [{ metadata: { name } }], env: [{ name }] });
  expect(mergeLayers(claims("a"), claims("b"))).toEqual(claims("b"));
});

test("null is absent", () => {
  expect(mergeLayers({ a: 1, b: { c: 2 } }, { a: null, b: { c: null } })).toEqual({ a: 1, b: { c: 2 } });
});

const layer = fc.object({ key: fc.constantFrom("template", "env", "containers", "name", "x"), maxDepth: 4 });

test("merging is associative enough to fold layers, never changes its arguments, and the empty layer changes nothing", () => {
  fc.assert(
    fc.property(layer, layer, (lower, upper) => {
      const before = JSON.stringify([lower, upper]);
      const merged = mergeLayers(lower, upper);
      expect(JSON.stringify([lower, upper])).toBe(before);
      expect(mergeLayers(merged, {})).toEqual(merged);
      expect(mergeLayers(merged, upper)).toEqual(merged);
    }),
  );
});

test("a field may have any name that objects have by themselves", () => {
  const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== "__proto__");
  const values = fc.oneof(
    fc.string(),
    fc.array(fc.string()),
    fc.dictionary(fc.constantFrom(...names), fc.string()),
  );
  const fields = fc.dictionary(fc.constantFrom(...names, "labels"), values);
  fc.assert(
    fc.property(fields, fields, (lower, upper) => {
      const { template } = mergeLayers({ template: lower }, { template: upper }) as { template: object };
      expect(Object.keys(template)).toEqual([...new Set([...Object.keys(lower), ...Object.keys(upper)])]);
    }),
  );
});
