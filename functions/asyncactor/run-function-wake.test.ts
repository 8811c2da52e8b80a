import { expect, test } from "vitest";
import { readYaml, requestFor } from "../../test/requests.ts";
import { runFunction } from "./run-function.ts";

type Fields = Record<string, unknown>;

const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const SCALED = readYaml("examples/quickstart/read-page.yaml");
const FORCE = "autoscaling.keda.sh/force-activation";

function answer(wake: string | undefined, now: string) {
  const metadata = {
    ...(SCALED["metadata"] as Fields),
    ...(wake === undefined ? {} : { annotations: { "asya.sh/wake": wake } }),
  };
  const response = runFunction(requestFor({ ...SCALED, metadata }, PLATFORM), new Date(now));
  const scaledObject = response.desired?.resources["scaled-object"]?.resource as
    { metadata: Fields } | undefined;
  return {
    annotations: (scaledObject?.metadata["annotations"] ?? {}) as Fields,
    ttlSeconds: response.meta?.ttl?.seconds,
    problems: response.results.map(({ message }) => message),
  };
}

test("asya.sh/wake: KEDA is told to activate the actor, and the answer comes back to end it in time", () => {
  const woken = answer("2026-11-25T12:00:00Z", "2026-11-25T12:00:30Z");
  expect(woken.annotations).toEqual({ [FORCE]: "true" });
  expect(woken.ttlSeconds).toBeLessThanOrEqual(90);
});

test("an old asya.sh/wake is as good as none: it wakes nobody again", () => {
  const none = answer(undefined, "2026-11-25T13:00:00Z");
  const old = answer("2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z");
  expect(none.annotations).toEqual({});
  expect(old.annotations).toEqual(none.annotations);
  expect(old.ttlSeconds).toBe(none.ttlSeconds);
});

test("a time that is none is said, and nothing changes", () => {
  const { annotations, problems } = answer("now", "2026-11-25T12:00:00Z");
  expect(annotations).toEqual({});
  expect(problems.join()).toContain('asya.sh/wake"]: must be a time as RFC 3339 writes it (got "now"');
});
