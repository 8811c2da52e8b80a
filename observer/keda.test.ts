import { expect, test } from "vitest";
import { depthIn, depthSource, metricPath } from "./keda.ts";

const STATUS = { externalMetricNames: ["s0-rabbitmq-asya-life"] };

test("the depth is the first trigger's metric, by the ScaledObject's name", () => {
  expect(depthSource({ spec: {}, status: STATUS })).toEqual({ metric: "s0-rabbitmq-asya-life" });
  expect(metricPath("team", "life", "s0-rabbitmq-asya-life")).toBe(
    "/apis/external.metrics.k8s.io/v1beta1/namespaces/team/s0-rabbitmq-asya-life?labelSelector=scaledobject.keda.sh%2Fname%3Dlife",
  );
});

test.each([
  ["queueLength", { metric: "s0-rabbitmq-asya-life" }],
  ["queueLength / 2", { unknown: "scaling.advanced.formula hides the queue's depth" }],
])("with the formula %s KEDA's number is the formula's result", (formula, source) => {
  expect(depthSource({ spec: { advanced: { scalingModifiers: { formula } } }, status: STATUS })).toEqual(
    source,
  );
});

test.each([{}, { status: {} }, { status: { externalMetricNames: [] } }, undefined])(
  "a ScaledObject that KEDA has not looked at has no depth: %j",
  (scaledObject) => {
    expect(depthSource(scaledObject)).toEqual({ unknown: "KEDA has not looked at the ScaledObject yet" });
  },
);

test.each([
  ["12", 12],
  ["0", 0],
  ["12k", 12_000],
  ["4500m", 5],
  ["1e3", 1_000],
  ["-1", undefined],
  ["many", undefined],
])("the quantity %s is %s messages", (value, depth) => {
  expect(depthIn({ items: [{ metricName: "s0", value }] })).toBe(depth);
});

test("an empty answer is no depth", () => {
  expect(depthIn({ items: [] })).toBeUndefined();
  expect(depthIn(undefined)).toBeUndefined();
});
