import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import { type ControlPlane, kill, start } from "./processes.ts";

const NAME = "quiet";
let world: World;
let plane: ControlPlane;

beforeAll(async () => {
  const { kubeconfig, place } = inject("run");
  const { shared } = place;
  if (shared === undefined) throw new Error("only ../shared/cluster lets its servers be restarted");
  world = await World.open();
  plane = { shared, kubeconfig };
  await restartCrossplane("--enable-realtime-compositions=false --poll-interval=1h");
  observerAsks("true");
  tell("Crossplane has no realtime compositions any more; the observer asks");
});

afterAll(async () => {
  await world.remove(NAME);
  await restartCrossplane("");
  observerAsks("false");
  await world.close();
});

test("an actor becomes ready, although Crossplane does not see its objects change", async () => {
  world.commit(NAME, { handler: "slow" });
  const live = await world.reaches(NAME, "Napping", 60_000);
  tell(`quiet is Napping: ${String(live.status?.["message"])}`);
});

test("messages wake it, its status says so, and it sleeps again", async () => {
  const ids = await world.mail.send([NAME], 30, { seconds: 1 });
  await world.reaches(NAME, "Running", 90_000);
  tell("quiet is Running");
  await world.mail.allEnd(120_000);
  expect(ids.every((id) => world.mail.happy.has(id))).toBe(true);
  await until("it is at zero", replicas, (wanted) => wanted === 0, 120_000);
  await world.reaches(NAME, "Napping", 90_000);
});

test("a mistake shows, and so does that it was put right", async () => {
  const container = { image: "localhost/there-is-no-such-image:1" };
  world.commit(NAME, { handler: "slow", spec: { scaling: {} }, container });
  await world.reaches(NAME, "ImagePullError", 90_000);
  world.commit(NAME, { handler: "slow", spec: { scaling: {} } });
  await world.reaches(NAME, "Running", 120_000);
});

async function restartCrossplane(args: string): Promise<void> {
  const environment = await kill(plane, "crossplane");
  start(plane, { ...environment, CROSSPLANE_ARGS: args });
}

function observerAsks(value: string): void {
  const deployment = "deployment/asya-observer";
  const inItsNamespace = ["--namespace", "asya-system"];
  world.kubernetes.kubectl([...inItsNamespace, "set", "env", deployment, `ASYA_OBSERVER_ASKS=${value}`]);
  world.kubernetes.kubectl([...inItsNamespace, "rollout", "status", deployment, "--timeout=2m"]);
}

async function replicas(): Promise<number> {
  return Number(at(await world.kubernetes.get("deployments", NAME), "spec", "replicas"));
}
