import { expect, test } from "vitest";
import { readYaml, requestFor } from "../../test/requests.ts";
import { redriveOf } from "./compose/redrive.ts";
import { runFunction } from "./run-function.ts";

type Fields = Record<string, unknown>;

const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const ACTOR = readYaml("examples/quickstart/read-page.yaml");
const ASKED = "2026-11-25T12:00:00Z";
const SOON = new Date("2026-11-25T12:01:00Z");
const LATER = new Date("2026-11-25T13:00:00Z");

function answer(annotations: Record<string, string>, now: Date, status: Fields = {}) {
  const metadata = { ...(ACTOR["metadata"] as Fields), annotations };
  const response = runFunction(requestFor({ ...ACTOR, metadata, status }, PLATFORM), now);
  const { desired, results } = response;
  return {
    job: desired?.resources["redrive-job"]?.resource,
    objects: Object.keys(desired?.resources ?? {}),
    deployment: JSON.stringify(desired?.resources["deployment"]?.resource),
    scaledObject: JSON.stringify(desired?.resources["scaled-object"]?.resource),
    status: desired?.composite?.resource?.["status"] as Fields,
    problems: results.map(({ message }) => message).join(),
  };
}

test("asya.sh/redrive: a Job with the sidecar's image and credentials moves the dead letters, and the pods stay", () => {
  const { job, deployment, status } = answer({ "asya.sh/redrive": ASKED }, SOON);
  expect(job).toMatchObject({
    kind: "Job",
    metadata: { annotations: { "asya.sh/redrive": ASKED } },
    spec: {
      activeDeadlineSeconds: 1_800,
      backoffLimit: 3,
      template: {
        metadata: { labels: { "asya.sh/redrive": "read-page" } },
        spec: { restartPolicy: "Never" },
      },
    },
  });
  expect(JSON.stringify(job?.["spec"])).toContain('"args":["redrive"]');
  expect(status["redrive"]).toMatchObject({ requestedAt: ASKED, state: "Pending" });
  expect(deployment).toBe(answer({}, SOON).deployment);
});

test("without the annotation there is no Job and no word of it", () => {
  const { objects, status } = answer({}, SOON);
  expect(objects).not.toContain("redrive-job");
  expect(status).not.toHaveProperty("redrive");
});

test("an old time moves nothing, so that a backup or a new cluster starts nothing", () => {
  const { job, status } = answer({ "asya.sh/redrive": ASKED }, LATER);
  expect(job).toBeUndefined();
  expect(status["redrive"]).toMatchObject({ state: "Failed" });
});

test("what is done is not done again when its Job is gone", () => {
  const done = { requestedAt: ASKED, state: "Succeeded", message: "done" };
  const { job, status } = answer({ "asya.sh/redrive": ASKED }, SOON, { redrive: done });
  expect(job).toBeUndefined();
  expect(status["redrive"]).toEqual(done);
});

test.each([
  [{ type: "Complete", status: "True" }, "Succeeded"],
  [{ type: "Failed", status: "True", reason: "DeadlineExceeded", message: "too slow" }, "Failed"],
  [{ type: "Suspended", status: "False" }, "Running"],
])("the Job's condition %o is told as %s, however late", (condition, state) => {
  const metadata = { name: "read-page", annotations: { "asya.sh/redrive": ASKED } };
  const job = { metadata: { ...metadata, name: "j", namespace: "n" }, status: { conditions: [condition] } };
  const actor = { apiVersion: "v", kind: "k", metadata, spec: {} };
  expect(redriveOf(actor, Date.parse(ASKED), job, LATER)).toMatchObject({ state });
});

test("another time waits until the earlier Job is gone", () => {
  const job = { metadata: { name: "j", annotations: { "asya.sh/redrive": "2026-11-25T11:00:00Z" } } };
  const metadata = { name: "read-page", annotations: { "asya.sh/redrive": ASKED } };
  const actor = { apiVersion: "v", kind: "k", metadata, spec: {} };
  expect(redriveOf(actor, Date.parse(ASKED), job, SOON)).toMatchObject({ state: "Pending" });
});

test("asya.sh/drain wins over a pause, and says what is left until nothing is", () => {
  const paused = { "asya.sh/paused": "true" };
  expect(answer(paused, SOON).scaledObject).toContain("keda.sh/paused");
  const draining = { ...paused, "asya.sh/drain": "true" };
  const full = { observed: { queue: { depth: 7 } }, processingMessages: 2 };
  expect(answer(draining, SOON, full).scaledObject).not.toContain("keda.sh/paused");
  expect(answer(draining, SOON, full).status["drain"]).toMatchObject({ state: "Draining", left: 7 });
  const busy = { observed: { queue: { depth: 0 } }, processingMessages: 1 };
  expect(answer(draining, SOON, busy).status["drain"]).toMatchObject({ state: "Draining", left: 1 });
  const empty = { observed: { at: "2026-11-25T11:59:40Z", queue: { depth: 0 } } };
  expect(answer(draining, SOON, empty).status["drain"]).toEqual({
    state: "Drained",
    left: 0,
    message: "nothing was left at 2026-11-25T11:59:40Z, and no other number is known since",
  });
  expect(answer(draining, SOON).status["drain"]).not.toHaveProperty("left");
});
