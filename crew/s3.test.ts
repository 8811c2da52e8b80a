import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { MissingServer, openOrMissing } from "../test/conformance/bed.ts";
import { cached, run } from "../test/conformance/servers/cache.ts";
import { startMoto } from "../test/conformance/servers/moto.ts";
import type { SqsServer } from "../test/conformance/servers/sqs-server.ts";

const CREW = import.meta.dirname;
let server: SqsServer | undefined;
afterAll(() => server?.stop());

test("the end actors store to a real S3 API what they got", { timeout: 180_000 }, async ({ skip }) => {
  const opened = await openOrMissing("crew", startMoto);
  if (opened instanceof MissingServer) {
    skip(opened.message);
    return;
  }
  server = opened;
  const requirements = join(CREW, "requirements.txt");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const venv = await cached(`crew-${hash}`, async (folder) => {
    await run("python3", "-m", "venv", folder);
    await run(join(folder, "bin", "python"), "-m", "pip", "install", "-q", "-r", requirements);
  });
  const { stderr } = await promisify(execFile)(
    join(venv, "bin", "python"),
    ["-m", "unittest", "discover", CREW, "-p", "test_s3.py"],
    { env: { PATH: process.env["PATH"], ASYA_TEST_S3_ENDPOINT: `http://127.0.0.1:${server.port}` } },
  );
  expect(stderr).toMatch(/^Ran 4 tests in .*\n\nOK\n$/m);
});
