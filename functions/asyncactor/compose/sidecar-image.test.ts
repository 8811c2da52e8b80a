import { expect, test } from "vitest";
import { mergeLayers } from "./merge.ts";
import { readYaml } from "../../../test/requests.ts";
import { compose } from "./compose.ts";

const { data } = readYaml("examples/quickstart/platform.yaml");

/** Images of sidecar and runtime's installer, or the reasons why nothing is rendered. */
function images(platform: Record<string, unknown>, own: object = {}, flavor?: object): unknown {
  const flavors = flavor === undefined ? {} : { early: [{ name: "early", data: { sidecar: flavor } }] };
  const composed = compose({
    actor: {
      apiVersion: "asya.sh/v1alpha1",
      kind: "AsyncActor",
      metadata: { name: "a", namespace: "n", uid: "uid-1" },
      spec: {
        transport: "rabbitmq",
        flavors: Object.keys(flavors),
        sidecar: own,
        workload: { template: { spec: { containers: [{ name: "asya-runtime", image: "i:1" }] } } },
      },
    },
    world: { platform: mergeLayers(data as Record<string, unknown>, platform), flavors },
    observed: {},
    existing: { workload: undefined, scaledObject: undefined },
    podSchema: null,
    now: new Date("2026-01-01T00:00:00Z"),
  });
  const errors = composed.findings.filter(({ code }) => code.startsWith("E"));
  if (errors.length > 0) return errors.map(({ code }) => code);
  const deployment = composed.objects["deployment"]?.manifest as unknown as Deployment | undefined;
  const { containers = [], initContainers = [] } = deployment?.spec.template.spec ?? {};
  const named = [...initContainers, ...containers].filter(({ name }) => name.startsWith("asya-"));
  return Object.fromEntries(named.map(({ name, image }) => [name, image]));
}

interface Deployment {
  spec: { template: { spec: Record<"containers" | "initContainers", { name: string; image: string }[]> } };
}

const both = (image: string) => ({
  "asya-sidecar": image,
  "asya-runtime-install": image,
  "asya-runtime": "i:1",
});

test("the sidecar's image: the platform's, over it the namespace's, for sidecar and runtime alike", () => {
  const sidecar = { image: "s:1" };
  expect(images({ sidecar })).toEqual(both("s:1"));
  expect(images({ sidecar, namespaces: { n: { sidecar: { image: "s:2" } } } })).toEqual(both("s:2"));
  expect(images({ sidecar, namespaces: { m: { sidecar: { image: "s:2" } } } })).toEqual(both("s:1"));
});

test("a default, a flavor and the actor name another image for the sidecar alone, the last of them wins", () => {
  const sidecar = { image: "s:1" };
  const platform = { sidecar, defaults: { sidecar: { image: "s:2" } } };
  const beside = (image: string) => ({ ...both("s:1"), "asya-sidecar": image });
  expect(images(platform)).toEqual(beside("s:2"));
  expect(images(platform, {}, { image: "s:3" })).toEqual(beside("s:3"));
  expect(images(platform, { image: "s:4" }, { image: "s:3" })).toEqual(beside("s:4"));
});

test("allowedImages binds actors, not flavors: these are the platform's own", () => {
  const platform = { sidecar: { image: "s:1", allowedImages: [] } };
  expect(images(platform, {}, { image: "s:3" })).toMatchObject({ "asya-sidecar": "s:3" });
  expect(images(platform, { image: "s:3" })).toEqual(["E027"]);
});
