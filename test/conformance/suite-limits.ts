import { expect } from "vitest";
import { MessageTooLarge, QueueNotFound } from "../../transports/messages.ts";
import type { Abilities } from "./bed.ts";
import type { Fixture } from "./fixture.ts";
import { bytes, Receiver, text } from "./receiver.ts";

const MIB = 1024 * 1024;

/** Sizes, bytes, prefetch, load. */
export function limitPromises({ bed, actorWith, connect, promise }: Fixture, can: Abilities): void {
  promise(
    "bodies from 0 bytes to the limit pass; one above it is MessageTooLarge and harms nothing else",
    async () => {
      const actor = await actorWith();
      const transport = await connect(actor);
      const receiver = new Receiver(transport);
      const sizes = [0, 1, 64 * 1024, 5 * MIB, bed().maxMessageBytes].filter(
        (size) => size <= bed().maxMessageBytes,
      );
      for (const size of sizes) {
        await transport.send(actor, Buffer.alloc(size, "x"));
        const delivery = await receiver.next(20_000);
        expect(delivery.body.length).toBe(size);
        expect(Buffer.from(delivery.body).equals(Buffer.alloc(size, "x"))).toBe(true);
        await delivery.ack();
      }
      const tooLarge = transport.send(actor, Buffer.alloc(bed().maxMessageBytes + 1, "x"));
      await expect(tooLarge).rejects.toThrow(MessageTooLarge);
      expect(transport.maxMessageBytes).toBe(bed().maxMessageBytes);
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

  promise(
    "a name that no queue can have is that of an actor without a queue, and harms nothing else",
    async () => {
      const actor = await actorWith();
      const transport = await connect(actor);
      transport.setPrefetch(10);
      const names = [
        "x".repeat(300),
        "x".repeat(100_000),
        "a/b c?d#",
        "*",
        "#",
        "$&",
        "é",
        "\ud800",
        "a\nb\u0000",
      ];
      for (const name of names) {
        const beside = transport.send(actor, bytes("beside"));
        const error: unknown = await transport.send(name, bytes("x")).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(QueueNotFound);
        expect((error as Error).message.length).toBeLessThan(500);
        await beside;
        const sent = transport.send(name, bytes("later"), { delayMs: 1_000 });
        await expect(sent).rejects.toBeInstanceOf(QueueNotFound);
      }
      const receiver = new Receiver(transport);
      for (const delivery of await receiver.take(names.length)) await delivery.ack();
    },
  );

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
    expect(await bed().depth(actor)).toBe(0);
  });

  promise("a prefetch that only grows repeats nothing", async () => {
    const actor = await actorWith({ leaseMs: 30_000 });
    const transport = await connect(actor);
    const sent = Array.from({ length: 100 }, (_, i) => `message ${i}`);
    await Promise.all(sent.map((body) => transport.send(actor, bytes(body))));
    const receiver = new Receiver(transport);
    for (let received = 0; received < sent.length; received++) {
      transport.setPrefetch(2 ** Math.floor(received / 20));
      const delivery = await receiver.next();
      expect(delivery.redelivered).toBe(false);
      expect(await delivery.ack()).toBe(true);
    }
    expect(await bed().depth(actor)).toBe(0);
  });

  promise("a prefetch that changes all the time loses nothing", async () => {
    const actor = await actorWith({ leaseMs: 30_000, maxDeliveries: 100 });
    const transport = await connect(actor);
    const sent = Array.from({ length: 100 }, (_, i) => `message ${i}`);
    await Promise.all(sent.map((body) => transport.send(actor, bytes(body))));
    const receiver = new Receiver(transport);
    const received = new Set<string>();
    for (let deliveries = 0; received.size < sent.length; deliveries++) {
      transport.setPrefetch([1, 12, 3, 40][deliveries % 4]!);
      const delivery = await receiver.next();
      received.add(text(delivery));
      await delivery.ack();
    }
    expect(await bed().depth(actor)).toBe(0);
  });

  promise(`${can.load} messages, sent and acked as fast as possible, arrive`, async () => {
    const actor = await actorWith({ leaseMs: 30_000 });
    const transport = await connect(actor);
    transport.setPrefetch(100);
    const sent = Array.from({ length: can.load }, (_, i) => `message ${i}`);
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
    expect(received.size).toBe(can.load);
    await expect.poll(async () => await bed().depth(actor), { timeout: 5_000 }).toBe(0);
  });
}
