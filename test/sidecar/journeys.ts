import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bed as Broker, MissingServer, openOrMissing } from "../conformance/bed.ts";
import { Pods } from "./pods.ts";
import { Receiver } from "./receiver.ts";

const HANDLERS = `
import os

def echo(payload):
    return payload

def split(payload):
    return [{"part": part} for part in payload["parts"]]

def fail(payload):
    raise ValueError("never")

def fail_twice(payload):
    marker = os.environ["MARKER"]
    with open(marker, "a") as file:
        file.write("x")
    if os.path.getsize(marker) < 3:
        raise KeyError("not yet")
    return payload
`;

const END_ACTORS = ["happy-end", "error-end"];
const ROUTE = ["read", "split", "caption"];

type Bed = Pick<Broker, "declare" | "connect" | "env" | "close">;

/** What envelopes live through between real sidecars and runtimes on one real broker. */
export function journeys(name: string, open: () => Promise<Bed>): void {
  describe(name, () => {
    let bed: Bed | MissingServer;
    let pods: Pods;
    let ends: Record<string, Receiver>;

    beforeAll(async () => {
      bed = await openOrMissing(name, open);
      if (bed instanceof MissingServer) return;
      for (const actor of [...END_ACTORS, ...ROUTE, "shaky", "broken", "lost"]) await bed.declare(actor);
      pods = new Pods(HANDLERS, bed.env as Record<string, string>);
      const [happy, error] = await Promise.all(END_ACTORS.map((actor) => connect(bed as Bed, actor)));
      ends = { happy: new Receiver(happy!), error: new Receiver(error!) };
    }, 120_000);
    afterAll(async () => {
      if (bed instanceof MissingServer) return;
      await pods.stop();
      await Promise.all(Object.values(ends).map((receiver) => receiver.close()));
      await bed.close();
    });

    const journey = (title: string, run: (bed: Bed) => Promise<void>) =>
      test(title, { timeout: 60_000 }, async ({ skip }) => {
        if (bed instanceof MissingServer) skip(bed.message);
        else await run(bed);
      });

    const send = async (to: Bed, actor: string, envelope: object) => {
      const sender = await to.connect({ actor: undefined });
      await sender.send(actor, Buffer.from(JSON.stringify(envelope)));
      await sender.close();
    };

    journey(
      "three actors with a fan-out between them: every child arrives under its own id and origin",
      async (broker) => {
        for (const actor of ROUTE) {
          pods.runtime(actor, actor === "split" ? "split" : "echo");
          await pods.sidecar(actor);
        }
        const payload = { parts: ["é", "b", "c"] };
        await send(broker, "read", {
          id: "e1",
          route: { actors: ROUTE, current: 0 },
          headers: { t: "1" },
          payload,
        });
        const children = await Promise.all(payload.parts.map(() => ends["happy"]!.next()));
        const facts = children.map((child) => [
          child.id,
          child.payload,
          child.headers?.["asya-origin"],
          child.headers?.["t"],
        ]);
        expect(facts.toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
          ["e1", { part: "é" }, "read:0/split:0", "1"],
          ["e1-1", { part: "b" }, "read:0/split:1", "1"],
          ["e1-2", { part: "c" }, "read:0/split:2", "1"],
        ]);
      },
    );

    journey("failing twice, then done: the broker delays both repeats", async (broker) => {
      pods.runtime("shaky", "fail_twice", { MARKER: `${pods.folder}/marker` });
      await pods.sidecar("shaky", { ASYA_RETRY_MAX_ATTEMPTS: "3", ASYA_RETRY_INITIAL_DELAY: "500ms" });
      await send(broker, "shaky", {
        id: "e2",
        route: { actors: ["shaky"], current: 0 },
        payload: { x: 1.5 },
      });
      expect(await ends["happy"]!.next()).toMatchObject({ id: "e2", payload: { x: 1.5 } });
    });

    journey("failing always: error-end gets the last error and the original payload", async (broker) => {
      pods.runtime("broken", "fail");
      await pods.sidecar("broken", { ASYA_RETRY_MAX_ATTEMPTS: "2", ASYA_RETRY_INITIAL_DELAY: "10ms" });
      await send(broker, "broken", {
        id: "e3",
        route: { actors: ["broken"], current: 0 },
        payload: { x: 1 },
      });
      expect(await ends["error"]!.next()).toMatchObject({
        id: "e3",
        payload: {
          details: { type: "ValueError", message: "never", attempts: 2 },
          original_payload: { x: 1 },
        },
      });
    });

    journey("a route to an actor without a queue ends at error-end with its name", async (broker) => {
      pods.runtime("lost", "echo");
      await pods.sidecar("lost", { ASYA_QUEUE_RETRY_MAX_ATTEMPTS: "2", ASYA_QUEUE_RETRY_BACKOFF: "10ms" });
      await send(broker, "lost", {
        id: "e4",
        route: { actors: ["lost", "nowhere"], current: 0 },
        payload: 1,
      });
      expect(await ends["error"]!.next()).toMatchObject({
        id: "e4",
        payload: { error: "queue_not_found", details: { message: expect.stringContaining("nowhere") } },
      });
    });
  });
}

async function connect(bed: Bed, actor: string) {
  return await bed.connect({ actor });
}
