import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  MessageTooLarge,
  type MessageTransport,
  QueueNotFound,
  TransportError,
} from "../../transports/messages.ts";
import { type Abilities, type Bed, MissingServer, type QueueOptions } from "./bed.ts";
import { bytes, Receiver, text } from "./receiver.ts";

const MIB = 1024 * 1024;

/** What every transport promises, on a broker that runs. */
export function conformance(name: string, can: Abilities, open: () => Promise<Bed>): void {
  describe(name, { timeout: 60_000 }, () => {
    let bed: Bed;
    let missing: MissingServer | undefined;
    let actors = 0;

    beforeAll(async () => {
      try {
        bed = await open();
      } catch (error) {
        if (!(error instanceof MissingServer) || process.env["CI"] !== undefined) throw error;
        missing = error;
        console.warn(`${name}: skipped: ${error.message}`);
      }
    }, 240_000);
    afterAll(async () => await bed?.close(), 60_000);

    /** An actor of this test alone. */
    async function actorWith(options: QueueOptions = {}): Promise<string> {
      const actor = `conformance-${process.pid}-${++actors}`;
      await bed.declare(actor, options);
      return actor;
    }

    async function connect(
      actor: string | undefined,
      onProblem = (_: Error) => {},
    ): Promise<MessageTransport> {
      const transport = await bed.connect({ actor, onProblem });
      onTestFinished(async () => await transport.close());
      return transport;
    }

    function promise(title: string, body: () => Promise<void>, applies = true): void {
      if (!applies) return;
      test(title, async ({ skip }) => {
        if (missing !== undefined) skip(missing.message);
        await body();
      });
    }

    promise("a message comes as it was sent, and never again once it is acked", async () => {
      const actor = await actorWith({ leaseMs: 1_000 });
      const transport = await connect(actor);
      await transport.send(actor, bytes('{"id":"1"}'));
      const receiver = new Receiver(transport);
      const delivery = await receiver.next();
      expect(text(delivery)).toBe('{"id":"1"}');
      expect(delivery.redelivered).toBe(false);
      expect(await delivery.ack()).toBe(true);
      expect(await delivery.ack()).toBe(false);
      expect(await delivery.release()).toBe(false);
      expect(await receiver.unexpected(2_000)).toBeUndefined();
      expect(await bed.depth(actor)).toBe(0);
    });

    promise("a released message comes again at once and says so", async () => {
      const actor = await actorWith();
      const transport = await connect(actor);
      await transport.send(actor, bytes("again"));
      const receiver = new Receiver(transport);
      expect(await (await receiver.next()).release()).toBe(true);
      const second = await receiver.next(3_000);
      expect([text(second), second.redelivered]).toEqual(["again", true]);
      await second.ack();
    });

    promise("closing gives what is in hand to the next receiver, at once", async () => {
      const actor = await actorWith();
      const [first, second] = [await connect(actor), await connect(actor)];
      for (const body of ["a", "b", "c"]) await first.send(actor, bytes(body));
      first.setPrefetch(3);
      await new Receiver(first).take(3);
      const startedAt = Date.now();
      await first.close();
      expect(Date.now() - startedAt).toBeLessThan(2_500);
      second.setPrefetch(3);
      const deliveries = await new Receiver(second).take(3, 5_000);
      expect(deliveries.map(text).sort()).toEqual(["a", "b", "c"]);
      for (const delivery of deliveries) expect(await delivery.ack()).toBe(true);
    });

    promise("closing with nothing in hand is prompt, and a send afterwards is refused", async () => {
      const actor = await actorWith();
      const transport = await connect(actor);
      const receiver = new Receiver(transport);
      expect(await receiver.unexpected(500)).toBeUndefined();
      const startedAt = Date.now();
      await transport.close();
      await receiver.ended;
      expect(Date.now() - startedAt).toBeLessThan(2_500);
      await expect(transport.send(actor, bytes("late"))).rejects.toThrow(TransportError);
      expect(transport.connected()).toBe(false);
    });

    promise(
      "when receiving stops, what is in hand can still be acked and the rest goes to others",
      async () => {
        const actor = await actorWith();
        const [first, second] = [await connect(actor), await connect(actor)];
        for (const body of ["a", "b", "c", "d"]) await first.send(actor, bytes(body));
        const receiver = new Receiver(first);
        const inHand = await receiver.next();
        await receiver.stop();
        second.setPrefetch(4);
        const others = await new Receiver(second).take(3, 8_000);
        expect([inHand, ...others].map(text).sort()).toEqual(["a", "b", "c", "d"]);
        expect(await inHand.ack()).toBe(true);
        for (const delivery of others) await delivery.ack();
        expect(await bed.depth(actor)).toBe(0);
      },
    );

    promise("receiving can start again after it stopped", async () => {
      const actor = await actorWith();
      const transport = await connect(actor);
      await new Receiver(transport).stop();
      await transport.send(actor, bytes("later"));
      const delivery = await new Receiver(transport).next();
      expect(text(delivery)).toBe("later");
      await delivery.ack();
    });

    promise(
      "a message in the hand of a killed process comes again",
      async () => {
        const actor = await actorWith({ leaseMs: 2_000 });
        const transport = await connect(actor);
        await transport.send(actor, bytes("survives"));
        const child = spawn(process.execPath, [join(import.meta.dirname, "hold.ts"), actor], {
          env: { ...process.env, ...bed.env },
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

    promise("an extended message stays hidden; one that is not comes again when its lease ends", async () => {
      const actor = await actorWith({ leaseMs: 2_000 });
      const transport = await connect(actor);
      transport.setPrefetch(3);
      for (const body of ["kept", "let go"]) await transport.send(actor, bytes(body));
      const receiver = new Receiver(transport);
      const deliveries = await receiver.take(2);
      const kept = deliveries.find((delivery) => text(delivery) === "kept");
      expect(await kept?.extend(8_000)).toBe(true);
      if (transport.leaseMs === undefined) {
        expect(await receiver.unexpected(4_000)).toBeUndefined();
      } else {
        expect(transport.leaseMs).toBe(2_000);
        const again = await receiver.next(5_000);
        expect([text(again), again.redelivered]).toEqual(["let go", true]);
        expect(await again.ack()).toBe(true);
        expect(await receiver.unexpected(1_500)).toBeUndefined();
      }
      expect(await kept?.ack()).toBe(true);
      for (const delivery of deliveries) await delivery.ack();
    });

    promise("a delayed message comes when it is due, not before", async () => {
      const actor = await actorWith();
      const transport = await connect(actor);
      const receiver = new Receiver(transport);
      const startedAt = Date.now();
      await transport.send(actor, bytes("later"), { delayMs: 2_500 });
      await transport.send(actor, bytes("now"));
      const first = await receiver.next();
      expect(text(first)).toBe("now");
      await first.ack();
      const second = await receiver.next(2_500 + bed.delaySlackMs);
      const waitedMs = Date.now() - startedAt;
      expect(text(second)).toBe("later");
      expect(waitedMs).toBeGreaterThanOrEqual(2_490);
      expect(waitedMs).toBeLessThan(2_500 + bed.delaySlackMs);
      await second.ack();
    });

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

    promise(
      "bodies from 0 bytes to the limit pass; one above it is MessageTooLarge and harms nothing else",
      async () => {
        const actor = await actorWith();
        const transport = await connect(actor);
        const receiver = new Receiver(transport);
        const sizes = [0, 1, 64 * 1024, 5 * MIB, bed.maxMessageBytes].filter(
          (size) => size <= bed.maxMessageBytes,
        );
        for (const size of sizes) {
          await transport.send(actor, Buffer.alloc(size, "x"));
          const delivery = await receiver.next(20_000);
          expect(delivery.body.length).toBe(size);
          expect(Buffer.from(delivery.body).equals(Buffer.alloc(size, "x"))).toBe(true);
          await delivery.ack();
        }
        const tooLarge = transport.send(actor, Buffer.alloc(bed.maxMessageBytes + 1, "x"));
        await expect(tooLarge).rejects.toThrow(MessageTooLarge);
        expect(transport.maxMessageBytes).toBe(bed.maxMessageBytes);
        await transport.send(actor, bytes("still here"));
        const delivery = await receiver.next();
        expect(text(delivery)).toBe("still here");
        await delivery.ack();
      },
    );

    promise("any bytes pass unchanged: every script, controls, non-characters, no UTF-8 at all", async () => {
      const actor = await actorWith();
      const transport = await connect(actor);
      transport.setPrefetch(10);
      const bodies = [
        '{"payload":"Grüße, 世界, 👩‍🚀, \u0000"}',
        "\uffff and \ufffe",
        "\u0000\u0001\u000b\u007f",
        "\ud7ff\ue000\u{10ffff}",
        "  spaces around\r\n",
      ].map((body) => Buffer.from(body));
      bodies.push(Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]));
      await Promise.all(bodies.map((body) => transport.send(actor, body)));
      const deliveries = await new Receiver(transport).take(bodies.length);
      const hex = (body: Uint8Array) => Buffer.from(body).toString("hex");
      expect(deliveries.map(({ body }) => hex(body)).sort()).toEqual(bodies.map(hex).sort());
      for (const delivery of deliveries) await delivery.ack();
    });

    promise("never more in hand than the prefetch, raised or lowered while running", async () => {
      const actor = await actorWith({ leaseMs: 30_000 });
      const transport = await connect(actor);
      transport.setPrefetch(3);
      await Promise.all(Array.from({ length: 20 }, (_, i) => transport.send(actor, bytes(String(i)))));
      const receiver = new Receiver(transport);
      const inHand = await receiver.take(3);
      expect(await receiver.unexpected(700)).toBeUndefined();
      transport.setPrefetch(8);
      inHand.push(...(await receiver.take(5)));
      expect(await receiver.unexpected(700)).toBeUndefined();
      transport.setPrefetch(2);
      for (const delivery of inHand.splice(0, 6)) await delivery.ack();
      expect(await receiver.unexpected(700)).toBeUndefined();
      for (let settled = 6; settled < 20; settled++) {
        await inHand.shift()?.ack();
        if (settled < 18) inHand.push(await receiver.next());
      }
      expect(await bed.depth(actor)).toBe(0);
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
            return await bed.deadLetters(actor);
          },
          { timeout: 20_000, interval: 100 },
        )
        .toBe(1);
      // SQS counts deliveries, quorum queues count returns.
      expect(deliveries).toBeGreaterThanOrEqual(2);
      expect(deliveries).toBeLessThanOrEqual(3);
    });

    promise("a thousand messages, sent and acked as fast as possible, arrive", async () => {
      const actor = await actorWith({ leaseMs: 30_000 });
      const transport = await connect(actor);
      transport.setPrefetch(100);
      const sent = Array.from({ length: 1_000 }, (_, i) => `message ${i}`);
      const sending = Promise.all(sent.map((body) => transport.send(actor, bytes(body))));
      const receiver = new Receiver(transport);
      const received = new Set<string>();
      const acks: Promise<boolean>[] = [];
      while (received.size < sent.length) {
        const delivery = await receiver.next(20_000);
        received.add(text(delivery));
        acks.push(delivery.ack());
      }
      await sending;
      await Promise.all(acks);
      expect(received.size).toBe(1_000);
      await expect.poll(async () => await bed.depth(actor), { timeout: 5_000 }).toBe(0);
    });

    promise("a receiver waits for a queue that is not there yet, and says what it waits for", async () => {
      const problems: string[] = [];
      const actor = `conformance-${process.pid}-late`;
      const transport = await connect(actor, (problem) => problems.push(problem.message));
      const receiver = new Receiver(transport);
      expect(await receiver.unexpected(1_000)).toBeUndefined();
      expect(transport.connected()).toBe(false);
      expect(problems.join()).toContain(`asya-${actor}`);
      await bed.declare(actor);
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
          if (deliveries === 20 || deliveries === 90) expect(bed.cut()).toBeGreaterThan(0);
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
        await bed.restart();
        await expect.poll(() => transport.connected(), { timeout: 20_000 }).toBe(true);
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
  });
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
