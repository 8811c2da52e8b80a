import { afterEach, expect, test } from "vitest";
import { MissingServer, openOrMissing } from "../../test/conformance/bed.ts";
import { startMoto } from "../../test/conformance/servers/moto.ts";
import { RabbitmqServer } from "../../test/conformance/servers/rabbitmq.ts";
import { RunningUp } from "../../test/up/running-up.ts";

const TIMEOUT = { timeout: 120_000 };
const CODE = `
def twice(payload):
    return [payload, payload]

class Once:
    def __init__(self):
        self.seen = False

    def fail(self, payload):
        if not self.seen:
            self.seen = True
            raise KeyError("not yet")
        return payload + 1
`;

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).reverse()) await each.stop();
});

test("on RabbitMQ the rendered queues are made and carry fan-outs and retries", TIMEOUT, async ({ skip }) => {
  const server = await openOrMissing("asya up on RabbitMQ", () => RabbitmqServer.start());
  if (server instanceof MissingServer) {
    skip(server.message);
    return;
  }
  running.push(server);
  await carries("rabbitmq", {
    ASYA_RABBITMQ_HOST: "127.0.0.1",
    ASYA_RABBITMQ_PORT: String(server.port),
    ...GUEST,
  });
});

const GUEST = { ASYA_RABBITMQ_USERNAME: "guest", ASYA_RABBITMQ_PASSWORD: "guest" };

test("on SQS the rendered queues are made and carry fan-outs and retries", TIMEOUT, async ({ skip }) => {
  const server = await openOrMissing("asya up on SQS", startMoto);
  if (server instanceof MissingServer) {
    skip(server.message);
    return;
  }
  running.push(server);
  const keys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  await carries("sqs", { ASYA_SQS_ENDPOINT: `http://127.0.0.1:${server.port}`, ...keys });
});

test("actors that are rendered for another transport are refused", async () => {
  const up = new RunningUp();
  running.push({ stop: () => up.close() });
  up.start("examples/quickstart", "--transport", "sqs");
  expect(await up.ended()).toBe(1);
  expect(up.output).toContain(
    "--transport sqs: caption-image is rendered for rabbitmq - name that, or leave it out",
  );
});

test("a broker that does not answer is named, with the variables that name another", TIMEOUT, async () => {
  const up = new RunningUp({ ASYA_RABBITMQ_HOST: "127.0.0.1", ASYA_RABBITMQ_PORT: "1" });
  running.push({ stop: () => up.close() });
  up.start("examples/quickstart", "--transport", "rabbitmq");
  expect(await up.ended()).toBe(1);
  expect(up.output).toContain(
    "ASYA_RABBITMQ_PASSWORD of caption-image, read-page, split-pages, store-result, happy-end, error-end comes from the cluster",
  );
  expect(up.output).toMatch(
    /asya: queues cannot be made on RabbitMQ at 127\.0\.0\.1:1: .*ECONNREFUSED.* - name your broker by ASYA_RABBITMQ_HOST,/,
  );
});

async function carries(transport: string, env: Record<string, string>): Promise<void> {
  const up = new RunningUp(env);
  running.push({ stop: () => up.close() });
  const actors = {
    twice: { handler: "numbers_code.twice", transport },
    once: { handler: "numbers_code.Once.fail", transport },
  };
  up.start(up.write(actors, { "numbers_code.py": CODE }), "--transport", transport);
  await up.ready();
  const sent = await up.send("twice,once", "1");
  expect(sent.status, sent.stderr + up.output).toBe(0);
  expect(sent.stdout).toBe("2\n2\n");
  expect(sent.stderr).toMatch(/once +attempt 1 failed \(KeyError\)/);
  up.signal("SIGTERM");
  expect(await up.ended()).toBe(0);
}
