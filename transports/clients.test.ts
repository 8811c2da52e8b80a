import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { clientType, connectTransport } from "./clients.ts";

test("the transport is what ASYA_TRANSPORT names, rabbitmq where it is unset or empty", () => {
  expect(["sqs", "local", "", undefined].map((ASYA_TRANSPORT) => clientType({ ASYA_TRANSPORT }))).toEqual([
    "sqs",
    "local",
    "rabbitmq",
    "rabbitmq",
  ]);
});

test("an unknown transport is an error that names it and what was meant", () => {
  expect(() => clientType({ ASYA_TRANSPORT: "rabitmq" })).toThrow(
    'ASYA_TRANSPORT names no transport, got "rabitmq" - did you mean "rabbitmq"?',
  );
  expect(() => clientType({ ASYA_TRANSPORT: "constructor" })).toThrow("known: local, rabbitmq, sqs");
});

test("a transport's own settings are checked before anything is opened", async () => {
  const options = { actor: "a" };
  await expect(connectTransport({ ASYA_TRANSPORT: "local" }, options)).rejects.toThrow(
    "ASYA_LOCAL_FILE must be set",
  );
  await expect(
    connectTransport({ ASYA_TRANSPORT: "rabbitmq", ASYA_RABBITMQ_PORT: "amqp" }, options),
  ).rejects.toThrow('ASYA_RABBITMQ_PORT must be a whole number from 1 to 65535, got "amqp"');
});

test.for([
  ["local", { ASYA_LOCAL_FILE: ":memory:" }, []],
  ["rabbitmq", { ASYA_RABBITMQ_PORT: "1" }, ["amqplib"]],
  ["sqs", {}, ["@aws-sdk/client-sqs"]],
] as const)("with %s no other broker's library is loaded", ([type, env, libraries]) => {
  const code = `
    import { _cache } from "node:module";
    import { connectTransport } from ${JSON.stringify(new URL("clients.ts", import.meta.url).href)};
    const transport = await connectTransport(process.env, { actor: "a" });
    await transport.close();
    const paths = Object.keys(_cache).join();
    console.log(JSON.stringify(["amqplib", "@aws-sdk/client-sqs"].filter((name) => paths.includes("/" + name + "/"))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ASYA_TRANSPORT: type, ...env },
  });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual(libraries);
});
