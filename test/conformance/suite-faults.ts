import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "vitest";
import { type MessageTransport, QueueNotFound, TransportError } from "../../transports/messages.ts";
import type { Abilities } from "./bed.ts";
import type { Fixture } from "./fixture.ts";
import { bytes, Receiver, text } from "./receiver.ts";

/** Missing queues, killed receivers, poison, broken connections, restarts. */
export function faultPromises({ bed, actorWith, connect, promise }: Fixture, can: Abilities): void {
  promise(
    "a message in the hand of a killed process comes again",
    async () => {
      const actor = await actorWith({ leaseMs: 2_000 });
      const transport = await connect(actor);
      await transport.send(actor, bytes("survives"));
      const child = spawn(process.execPath, [join(import.meta.dirname, "hold.ts"), actor], {
        env: { ...process.env, ...bed().env },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [said] = await once(child.stdout, "data");
      expect(String(said)).toContain("holds: survives");
      child.kill("SIGKILL");
      const delivery = await new Receiver(transport).next(15_000);
      expect([text(delivery), delivery.redelivered]).toEqual(["survives", true]);
      await delivery.ack();
    },
    can.outliveProcesses,
  );

  promise("sending to an actor without a queue is QueueNotFound, and harms nothing else", async () => {
    const actor = await actorWith();
    const transport = await connect(actor);
    const receiver = new Receiver(transport);
    const [missed, delayed, fine] = await Promise.allSettled([
      transport.send("nobody", bytes("lost?")),
      transport.send("nobody", bytes("lost?"), { delayMs: 1_000 }),
      transport.send(actor, bytes("fine")),
    ]);
    for (const result of [missed, delayed]) {
      expect(result).toMatchObject({
        status: "rejected",
        reason: { name: "QueueNotFound", actor: "nobody" },
      });
    }
    expect(missed).toHaveProperty("reason", expect.any(QueueNotFound));
    expect(fine.status).toBe("fulfilled");
    await (await receiver.next()).ack();
  });

  promise("a message delivered too often goes to the dead letters", async () => {
    const actor = await actorWith({ maxDeliveries: 2 });
    const transport = await connect(actor);
    await transport.send(actor, bytes("poison"));
    const receiver = new Receiver(transport);
    let deliveries = 0;
    await expect
      .poll(
        async () => {
          const delivery = await receiver.next(300).catch(() => undefined);
          if (delivery !== undefined) deliveries++;
          await delivery?.release();
          return await bed().deadLetters(actor);
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBe(1);
    // SQS counts deliveries, quorum queues count returns.
    expect(deliveries).toBeGreaterThanOrEqual(2);
    expect(deliveries).toBeLessThanOrEqual(3);
  });

  promise("a message that is buried lies in the dead letters before it is acked", async () => {
    const actor = await actorWith();
    const transport = await connect(actor);
    await transport.send(actor, bytes("beyond repair"));
    const delivery = await new Receiver(transport).next();
    await transport.sendToDeadLetters(delivery.body);
    expect(await delivery.ack()).toBe(true);
    // A quorum queue tells its length every 5 s.
    await expect.poll(() => bed().deadLetters(actor), { timeout: 20_000, interval: 200 }).toBe(1);
    await expect.poll(() => bed().depth(actor), { timeout: 20_000, interval: 200 }).toBe(0);
  });

  promise("a receiver waits for a queue that is not there yet, and says what it waits for", async () => {
    const problems: string[] = [];
    const actor = `conformance-${process.pid}-late`;
    const transport = await connect(actor, (problem) => problems.push(problem.message));
    const receiver = new Receiver(transport);
    expect(await receiver.unexpected(1_000)).toBeUndefined();
    expect(transport.connected()).toBe(false);
    expect(problems.join()).toContain(`asya-${actor}`);
    await bed().declare(actor);
    await transport.send(actor, bytes("at last"));
    await (await receiver.next(20_000)).ack();
    expect(transport.connected()).toBe(true);
  });

  promise(
    "connections that break in mid-flight lose nothing",
    async () => {
      const actor = await actorWith({ leaseMs: 3_000 });
      const sender = await connect(undefined);
      const transport = await connect(actor);
      transport.setPrefetch(20);
      const receiver = new Receiver(transport);
      const received = new Set<string>();
      const sent = Array.from({ length: 200 }, (_, i) => `message ${i}`);
      const sending = Promise.all(sent.map((body) => sendUntilTaken(sender, actor, body)));
      for (let deliveries = 0; received.size < sent.length; deliveries++) {
        if (deliveries === 20 || deliveries === 90) expect(bed().cut()).toBeGreaterThan(0);
        const delivery = await receiver.next(30_000);
        received.add(text(delivery));
        await delivery.ack();
      }
      await sending;
      expect(received.size).toBe(200);
    },
    can.loseConnections,
  );

  promise(
    "after the broker's restart messages are still there and everything goes on",
    async () => {
      const actor = await actorWith({ leaseMs: 3_000 });
      const transport = await connect(actor);
      const receiver = new Receiver(transport);
      await transport.send(actor, bytes("before"));
      const inHand = await receiver.next();
      await bed().restart();
      await expect.poll(() => transport.connected(), { timeout: 30_000 }).toBe(true);
      expect(text(inHand)).toBe("before");
      await inHand.ack();
      await sendUntilTaken(transport, actor, "after");
      const seen = new Set<string>();
      while (!seen.has("after")) {
        const delivery = await receiver.next(20_000);
        seen.add(text(delivery));
        await delivery.ack();
      }
    },
    can.restart,
  );
}

/** As a sidecar does: the broker may or may not have it, so it is sent again. */
async function sendUntilTaken(transport: MessageTransport, actor: string, body: string): Promise<void> {
  for (;;) {
    try {
      await transport.send(actor, bytes(body));
      return;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
