import { expect, test } from "vitest";
import { checkActor } from "../../../functions/asyncactor/compose/check.ts";
import { inFlight } from "../../../functions/asyncactor/compose/in-flight.ts";
import { planActor } from "../../../functions/asyncactor/compose/plan.ts";
import { planTransport } from "../../../functions/asyncactor/compose/transport-plan.ts";
import { actor } from "../actors.ts";
import { IN_FLIGHT, type InFlightCase, witnessed } from "./in-flight.ts";

const RABBITMQ = { type: "rabbitmq", config: { host: "mq", connection: { secretName: "broker" } } };
const WORLD = {
  platform: { transports: { rabbitmq: RABBITMQ }, sidecar: { image: "asya-sidecar:1" } },
  flavors: {},
};

test.each(IN_FLIGHT)(
  "$name is well formed, and what is computed of it is what the cluster is to show",
  (row) => {
    const codes = checkActor(objectOf(row), WORLD).map(({ code }) => code);
    expect(codes.filter((code) => !code.startsWith("I"))).toEqual(row.work === "finished" ? [] : ["W011"]);
  },
);

test.each(IN_FLIGHT)(
  "$name: $event is among what is computed to stop a busy pod, a cooldown is not",
  (row) => {
    const { plan } = planActor(objectOf(row), WORLD);
    if (plan === undefined) throw new Error(`${row.name} cannot be rendered`);
    const { stops } = inFlight(plan.actor, planTransport(plan, {}).transportPlan.trigger);
    if (row.event === "cooldown") expect(stops).not.toContain("scale to zero");
    else expect(stops).toContain(row.event.endsWith("spot") ? "drain" : row.event);
  },
);

function objectOf(row: InFlightCase): Record<string, unknown> {
  return actor(row.name, "python:3", witnessed(row));
}
