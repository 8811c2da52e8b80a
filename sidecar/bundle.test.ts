import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshBundle, SIDECAR } from "../scripts/build.ts";

/** A folder without packages, as in the image: the bundle and the runtime's file. */
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "asya-image-"));
  const bundle = await freshBundle(SIDECAR);
  copyFileSync(bundle, join(folder, "sidecar.mjs"));
  copyFileSync(join(dirname(bundle), "asya_runtime.py"), join(folder, "asya_runtime.py"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the bundle alone installs the runtime that lies beside it", () => {
  const target = mkdtempSync(join(folder, "opt-"));
  const result = spawnSync(process.execPath, [join(folder, "sidecar.mjs"), "install-runtime", target], {
    encoding: "utf8",
  });
  expect(result).toMatchObject({
    status: 0,
    stdout: `asya-sidecar: installed ${target}/asya_runtime.py\n`,
    stderr: "",
  });
  const probe = spawnSync("python3", [join(target, "asya_runtime.py"), "--version"], { encoding: "utf8" });
  expect(probe.status).toBe(0);
});

test.each([
  ["local", { ASYA_LOCAL_FILE: "queues.db" }],
  ["rabbitmq", { ASYA_RABBITMQ_HOST: "127.0.0.1", ASYA_RABBITMQ_PORT: "9" }],
  ["sqs", { ASYA_SQS_ENDPOINT: "http://127.0.0.1:9", AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" }],
])(
  "the bundle alone starts with %s, broker or not, and stops at SIGTERM with exit 0",
  async (transport, env) => {
    const child = spawn(process.execPath, [join(folder, "sidecar.mjs")], {
      cwd: folder,
      env: {
        ASYA_ACTOR_NAME: "a",
        ASYA_TRANSPORT: transport,
        ASYA_METRICS_ADDR: "127.0.0.1:0",
        ASYA_SOCKET_DIR: folder,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const exit = once(child, "close");
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('"msg":"started"')) child.kill("SIGTERM");
    }
    expect([...(await exit), errors]).toEqual([0, null, ""]);
  },
);

test("a taken metrics port is one clear line and exit 1", async () => {
  writeFileSync(join(folder, "queues.db"), "");
  const { createServer } = await import("node:net");
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const result = spawnSync(process.execPath, [join(folder, "sidecar.mjs")], {
    cwd: folder,
    env: {
      ASYA_ACTOR_NAME: "a",
      ASYA_TRANSPORT: "local",
      ASYA_LOCAL_FILE: "queues.db",
      ASYA_METRICS_ADDR: `127.0.0.1:${port}`,
    },
    encoding: "utf8",
  });
  taken.close();
  expect(result.stderr).toMatch(
    /^asya-sidecar: cannot listen on ASYA_METRICS_ADDR 127\.0\.0\.1:\d+: .*EADDRINUSE.*\n$/,
  );
  expect(result.status).toBe(1);
});
