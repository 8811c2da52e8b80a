import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const WATCHDOG = JSON.stringify(new URL("watchdog.ts", import.meta.url).href);

/** Runs a program that calls `step(STEP)` and then does what `body` says. */
function program(body: string, deadlineMs: number) {
  const text = `import { watchdog } from ${WATCHDOG};
const step = watchdog(${deadlineMs});
step({ phase: "judging", done: 3, of: 7, file: "a\\u202eb.yaml", bytes: 1 << 20 });
${body}`;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", text],
    { encoding: "utf8", timeout: 30_000, killSignal: "SIGTERM" },
  );
  return { status, signal, stdout, stderr };
}

const LINE =
  /^asya-plugin: stopped after 0\.3 s \(ASYA_PLUGIN_DEADLINE; .*\): judging objects, 3 of 7 done, at a\uFFFDb\.yaml - make several Applications .*\n$/;

test.each([
  ["computes", "for (;;);"],
  ["evaluates a pattern that backtracks", '/^(a+)+$/.test("a".repeat(80) + "b");'],
  ["goes from promise to promise", "for (;;) await undefined;"],
  ["waits for an event", "setTimeout(() => {}, 60_000);"],
])("a process that %s is ended with 1 at its deadline, and one line says what it was at", (_, body) => {
  const { status, signal, stderr } = program(body, 300);
  expect({ status, signal }).toEqual({ status: 1, signal: null });
  expect(stderr).toMatch(LINE);
});

test("a process that waits for the file system says so as well, and is killed", async () => {
  const place = await mkdtemp(join(tmpdir(), "asya-deadline-"));
  const fifo = join(place, "fifo");
  expect(spawnSync("mkfifo", [fifo]).status).toBe(0);
  const { signal, stderr } = program(
    `process.getBuiltinModule("node:fs").readFileSync(${JSON.stringify(fifo)});`,
    300,
  );
  await rm(place, { recursive: true });
  expect(signal).toBe("SIGKILL");
  expect(stderr).toMatch(LINE);
});

test("a process that ends in time is not waited for", () => {
  const startedAt = performance.now();
  expect(program('console.log("done");', 20_000)).toEqual({
    status: 0,
    signal: null,
    stdout: "done\n",
    stderr: "",
  });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
