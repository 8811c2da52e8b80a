import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACTOR_SCHEMA } from "../../../core/generated/schemas.ts";
import { KUBERNETES_SCHEMA } from "../../../core/generated/kubernetes.ts";
import { isObject } from "../../../core/json.ts";
import type { Observed } from "../../../core/manifest.ts";
import { isError } from "../../../core/finding.ts";
import { crdValidator } from "../../../test/crds.ts";
import { readYaml } from "../../../test/requests.ts";
import { valuesOf } from "../../../test/schema-values.ts";
import { compose } from "./compose.ts";
import type { Composed } from "./composed.ts";

type Fields = Record<string, unknown>;

const RUNS = 250;
const validator = crdValidator();

const RABBITMQ = (readYaml("examples/quickstart/platform.yaml") as { data: Fields }).data;
const SQS = (readYaml("examples/gpu-inference/platform.yaml") as { data: Fields }).data;

const platforms = fc.oneof(
  fc.constant<Fields>({ ...SQS, limits: {} }),
  fc
    .record({
      access: fc.constantFrom("shared", "perActor"),
      queueType: fc.constantFrom("quorum", "classic"),
      brokerVersion: fc.constantFrom("3.10", "4.1"),
      tls: fc.boolean().map((enabled) => ({ enabled, caSecretRef: { name: "ca" } })),
    })
    .map((config) => {
      const data = structuredClone(RABBITMQ) as { transports: { rabbitmq: { config: Fields } } };
      Object.assign(data.transports.rabbitmq.config, config);
      return data;
    }),
);

const templates = valuesOf({ $ref: "#/definitions/PodTemplateSpec" }, KUBERNETES_SCHEMA);
const containers = valuesOf({ $ref: "#/definitions/Container" }, KUBERNETES_SCHEMA);
const specs = valuesOf(ACTOR_SCHEMA.properties?.["spec"] ?? {}, ACTOR_SCHEMA);

/** What Kubernetes' validation asks for beside its schema, where random values seldom have it. */
function acceptable(pod: Fields): Fields {
  const { restartPolicy: _, activeDeadlineSeconds: _a, ephemeralContainers: _e, ...rest } = pod;
  const lists = ["containers", "initContainers"].filter((list) => Array.isArray(rest[list]));
  const changed = Object.fromEntries(
    lists.map((list) => [list, listOf(rest[list]).map((container) => acceptableContainer(container, list))]),
  );
  const volumes = listOf(rest["volumes"]).map((volume) => ({ ...volume, name: labelOf(volume["name"]) }));
  const mounted = Object.values(changed).flatMap((containers) =>
    containers.flatMap(({ volumeMounts }) => listOf(volumeMounts).map(({ name }) => name)),
  );
  const missing = [...new Set(mounted)].filter((name) => !volumes.some((volume) => volume.name === name));
  return { ...rest, ...changed, volumes: [...volumes, ...missing.map((name) => ({ name, emptyDir: {} }))] };
}

function acceptableContainer(container: Fields, list: string): Fields {
  const {
    resources: _,
    lifecycle: _l,
    startupProbe,
    readinessProbe,
    livenessProbe,
    name,
    volumeMounts,
    ...rest
  } = container;
  const probes = Object.entries({ startupProbe, readinessProbe, livenessProbe }).flatMap(([field, probe]) => {
    const acceptableProbe = list === "containers" ? probeOf(probe) : undefined;
    return acceptableProbe === undefined ? [] : [[field, acceptableProbe]];
  });
  const mounts = listOf(volumeMounts).map((mount, index) => ({
    ...mount,
    name: labelOf(mount["name"]),
    mountPath: `/mnt/${index}`,
  }));
  const named = name === "asya-runtime" ? name : labelOf(name);
  return { ...rest, ...Object.fromEntries(probes), name: named, image: "image:1", volumeMounts: mounts };
}

function labelOf(name: unknown): string {
  return `n${String(name)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")}`.slice(0, 60);
}

function probeOf(probe: unknown): Fields | undefined {
  if (!isObject(probe)) return undefined;
  const { exec, grpc, httpGet, tcpSocket, successThreshold: _, ...rest } = probe;
  const [handler] = Object.entries({ exec, grpc, httpGet, tcpSocket }).filter(([, value]) => isObject(value));
  return handler === undefined ? undefined : { ...rest, [handler[0]]: handler[1] };
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}

/** An actor that the XRD's schema takes; what is random about it may still break a rule or collide. */
const actors: fc.Arbitrary<{ actor: Fields; platform: Fields }> = fc
  .record({ spec: specs, template: templates, container: containers, platform: platforms })
  .map(({ spec, template, container, platform }) => {
    const own = structuredClone(spec) as Fields;
    const pod = { ...(template as Fields) };
    const { command: _, ...runtime } = container as Fields;
    const user = isObject(pod["spec"]) ? pod["spec"] : {};
    const others = Array.isArray(user["containers"]) ? (user["containers"] as Fields[]) : [];
    pod["spec"] = acceptable({ ...user, containers: [{ ...runtime, name: "asya-runtime" }, ...others] });
    const {
      volumeClaimTemplates: _v,
      serviceName: _s,
      podManagementPolicy: _p,
      ...workload
    } = isObject(own["workload"]) ? own["workload"] : {};
    const { flavors: _f, ...rest } = own;
    const transport = "sqs" in (platform["transports"] as Fields) ? "sqs" : "rabbitmq";
    return {
      platform,
      actor: {
        apiVersion: "asya.sh/v1alpha1",
        kind: "AsyncActor",
        metadata: { name: "some-actor", namespace: "some", uid: "uid-1", generation: 3 },
        spec: { ...rest, transport, workload: { ...workload, template: pod } },
      },
    };
  });

function render(actor: unknown, platform: Fields, observed: Record<string, Observed> = {}): Composed {
  return compose({
    actor,
    world: { platform, flavors: {} },
    observed,
    existing: { workload: undefined, scaledObject: undefined },
    podSchema: null,
    now: new Date("2026-01-01T00:00:00Z"),
  });
}

function manifestsOf({ objects }: Composed): Record<string, Fields> {
  return Object.fromEntries(Object.entries(objects).map(([key, { manifest }]) => [key, manifest]));
}

/** Every leaf of a value with its path; entries of a list of named things by their names. Null counts as absent. */
function leavesOf(value: unknown, path: string): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  const walk = (at: unknown, where: string): void => {
    if (Array.isArray(at))
      at.forEach((item: unknown, index) => walk(item, `${where}[${nameOf(item, where) ?? index}]`));
    else if (isObject(at)) for (const [key, member] of Object.entries(at)) walk(member, `${where}.${key}`);
    else if (at !== null) leaves.set(where, at);
  };
  walk(value, path);
  return leaves;
}

function nameOf(item: unknown, where: string): string | undefined {
  const byName = /\.(containers|initContainers|volumes|env)$/.test(where);
  return byName && isObject(item) ? String(item["name"]) : undefined;
}

/** What the contract says of the user's template: the grace only grows, and these variables of asya-runtime are ours. */
const OVERRIDDEN =
  /^spec\.terminationGracePeriodSeconds$|^spec\.containers\[asya-runtime\]\.env\[ASYA_(SOCKET_DIR|CONCURRENCY|BATCH_MAX_SIZE|BATCH_MAX_WAIT)\]/;

function holds(promise: (answer: Composed, actor: Fields, platform: Fields) => void): void {
  let rendered = 0;
  fc.assert(
    fc.property(actors, ({ actor, platform }) => {
      const answer = render(actor, platform);
      if (answer.fatal) return;
      rendered++;
      promise(answer, actor, platform);
    }),
    { numRuns: RUNS },
  );
  expect(rendered).toBeGreaterThan(RUNS / 2);
}

describe(`of ${RUNS} random actors that fit the XRD's schema`, () => {
  test("none makes it throw; each gets the same answer twice, objects or errors", () => {
    fc.assert(
      fc.property(actors, ({ actor, platform }) => {
        const first = render(actor, platform);
        const again = render(structuredClone(actor), structuredClone(platform));
        expect(JSON.stringify(again)).toBe(JSON.stringify(first));
        expect(first.fatal).toBe(first.findings.some(isError));
        expect(Object.keys(first.objects).length > 0).toBe(!first.fatal);
      }),
      { numRuns: RUNS },
    );
  });

  test("nothing in an object or the status is undefined, NaN or no JSON", () => {
    holds((answer) => {
      const { status } = answer;
      const said = { objects: manifestsOf(answer), status };
      expect(said).toStrictEqual(JSON.parse(JSON.stringify(said)));
    });
  });

  test("the keys follow actor and platform alone, whatever part of them is observed", () => {
    holds((answer, actor, platform) => {
      const all = Object.entries(manifestsOf(answer)) as [string, Observed][];
      const user = { "rabbitmq-user": { kind: "User", status: { username: "u" } } };
      const full = Object.keys(
        render(actor, platform, "rabbitmq-user" in answer.objects ? user : {}).objects,
      ).sort();
      for (const half of [0, 1]) {
        const part = Object.fromEntries(all.filter((_, index) => index % 2 === half));
        const observed = "rabbitmq-user" in answer.objects ? { ...part, ...user } : part;
        expect(Object.keys(render(actor, platform, observed).objects).sort()).toEqual(full);
      }
    });
  });

  test.skipIf(validator === undefined)(
    "each object, and the actor with its status, is one that the real CRDs take",
    () => {
      holds((answer, actor) => {
        for (const manifest of [...Object.values(manifestsOf(answer)), { ...actor, status: answer.status }])
          expect(validator?.violations(manifest)).toEqual([]);
      });
    },
  );

  test("every word of the user's pod template is found again, but for what the contract overrides", () => {
    holds((answer, actor) => {
      const { workload } = actor["spec"] as { workload: { template: unknown } };
      const { spec } = (answer.objects["deployment"] ?? answer.objects["statefulset"])!
        .manifest as unknown as {
        spec: { template: unknown };
      };
      const output = leavesOf(spec.template, "").entries();
      const there = new Map([...output].map(([path, value]) => [path.slice(1), value]));
      for (const [path, value] of leavesOf(workload.template, "")) {
        if (!OVERRIDDEN.test(path.slice(1))) expect([path, there.get(path.slice(1))]).toEqual([path, value]);
      }
    });
  });
});
