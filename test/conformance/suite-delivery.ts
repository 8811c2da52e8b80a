import { expect } from "vitest";
import { TransportError } from "../../transports/messages.ts";
import type { Fixture } from "./fixture.ts";
import { bytes, Receiver, text } from "./receiver.ts";

/** Sent, received, settled, delayed, closed. */
export function deliveryPromises({ bed, actorWith, connect, promise }: Fixture): void {
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
    expect(await bed().depth(actor)).toBe(0);
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
      expect(await bed().depth(actor)).toBe(0);
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
    const second = await receiver.next(2_500 + bed().delaySlackMs);
    const waitedMs = Date.now() - startedAt;
    expect(text(second)).toBe("later");
    expect(waitedMs).toBeGreaterThanOrEqual(2_490);
    expect(waitedMs).toBeLessThan(2_500 + bed().delaySlackMs);
    await second.ack();
  });
}
