import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { asya, RunningUp } from "../../test/up/running-up.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SEED_HANDLERS = readFileSync(join(ROOT, "runtime/handlers_under_test/seed.py"), "utf8");
/** Where asked, it hangs as badly as it can: deaf, busy, and with a process of its own. */
const REFINER = `
import signal, subprocess
def refine(payload):
    if payload.get("hang"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen(["sleep", "600"])
        while True:
            pass
    return {**payload, "llm_response": "good now"}
`;
const TIMEOUT = { timeout: 60_000 };

let up: RunningUp;
afterEach(() => up.close());

const json = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

test(
  "the three handlers of Asya's introduction run as they stand there; kill -9 leaves nothing behind",
  TIMEOUT,
  async () => {
    up = new RunningUp();
    const path = up.write(
      {
        predict: { handler: "seed.process" },
        "my-actor": { handler: "seed.MyActor.process" },
        "llm-judge": { handler: "seed.LLMJudge.process", env: { ASYA_HANDLER_MODE: "envelope" } },
        "llm-refiner": { handler: "refiner.refine" },
      },
      {
        "seed.py": SEED_HANDLERS,
        "refiner.py": REFINER,
      },
    );
    up.start(path);
    await up.ready();

    const both = await up.send("predict,my-actor", '{"input": "hi", "text": "there"}');
    expect(both.status, both.stderr).toBe(0);
    expect(json(both.stdout)).toEqual([{ input: "hi", text: "there", result: "HI", prediction: "THERE" }]);

    const odd = '{"input":"a\u2028b é","big":12345678901234567890,"half":0.50,"result":"A\u2028B É"}';
    const same = await up.send("predict", odd);
    expect(same.stdout).toBe(`${odd.replace("0.50", "0.5")}\n`);

    const good = await up.send("llm-judge,predict", '{"llm_response": "good", "input": "x"}');
    expect(json(good.stdout)).toEqual([{ llm_response: "good", input: "x", judge_score: 0.9, result: "X" }]);
    expect(good.stderr).not.toContain("llm-refiner");

    const bad = await up.send("llm-judge", '{"llm_response": "meh"}');
    expect(json(bad.stdout)).toEqual([{ llm_response: "good now", judge_score: 0.1 }]);
    expect(bad.stderr).toMatch(/llm-judge +done.*\n.*llm-refiner +done.*\n.*happy-end +succeeded/);

    const hanging = up.send("llm-refiner", '{"hang": true}');
    await up.says(/llm-refiner +works on it/);
    expect(up.processes().length).toBeGreaterThanOrEqual(13);
    up.signal("SIGKILL");
    expect((await hanging).status).toBe(1);
    expect(await up.ended()).toBe("SIGKILL");
    const deadline = Date.now() + 15_000;
    while (up.processes().length > 0 && Date.now() < deadline)
      await new Promise((wake) => setTimeout(wake, 100));
    expect(up.processes()).toEqual([]);
    const late = await up.send("predict", "{}");
    expect([late.status, late.stderr]).toEqual([
      1,
      `asya: no \`asya up\` runs with the state folder ${up.state} - start it, or name another with --state\n`,
    ]);
  },
);

test(
  "the quickstart's route: a fan-out, a retry, a failure; a second up is refused; Ctrl-C ends it in good order",
  TIMEOUT,
  async () => {
    up = new RunningUp();
    up.start();
    await up.ready();
    const route = "split-pages,read-page,caption-image,store-result";

    const pages = ["one [picture: a heron]", "blurred two", "three"];
    const read = await up.send(route, JSON.stringify({ document: "d", pages }), "--header", "trace_id=t1");
    expect(read.status, read.stderr).toBe(0);
    expect(json(read.stdout)).toMatchObject([
      { page: 1, words: 1, captions: ["A picture of a heron."] },
      { page: 2, words: 2 },
      { page: 3, words: 1 },
    ]);
    expect(read.stderr).toMatch(/split-pages +done in \d+ ms, 3 results\n/);
    expect(read.stderr).toMatch(/-1 +read-page +attempt 1 failed \(Blurred\); another one follows\n/);
    expect(read.stderr.match(/happy-end +succeeded\n/g)).toHaveLength(3);

    const failed = await up.send(route, '{"document": "d", "pages": ["unreadable", "fine"]}');
    expect(failed.status).toBe(1);
    expect(json(failed.stdout)).toMatchObject([{ page: 2 }]);
    expect(failed.stderr).toMatch(
      /failed: Unreadable: page 1 of d cannot be read, at read-page \(3 attempts\)\n {3}Traceback /,
    );
    const [stored] = storedIn(join(up.state, "results", "error-asya"));
    expect(stored).toMatchObject({
      route: { actors: route.split(","), current: 1 },
      payload: { details: { type: "Unreadable", attempts: 3 }, original_payload: { scan: "unreadable" } },
    });
    expect(storedIn(join(up.state, "results", "happy-asya"))[0]).toMatchObject({
      headers: { trace_id: "t1" },
    });

    const stranger = await up.send("split-pages,reed-page", "1");
    expect([stranger.status, stranger.stderr]).toEqual([
      1,
      'asya: no actor "reed-page" runs here - did you mean "read-page"?\n',
    ]);

    const second = await asya("up", "--state", up.state);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`${up.state} belongs to an \`asya up\` that is running (process `);

    up.signal("SIGINT");
    expect(await up.ended()).toBe(0);
    expect(up.output).toMatch(/stopped; nothing is left running\n$/);
    expect(up.processes()).toEqual([]);
  },
);

test(
  "start --once ends with a document that arrives page by page, and a page that ends at error-end",
  TIMEOUT,
  async () => {
    up = new RunningUp();
    const out = join(up.folder, "out");
    const { status, stdout, stderr } = await asya("start", "--once", "--state", up.state, "--out", out);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/split-pages +done in \d+ ms, 3 results\n/);
    expect(stdout).toMatch(/read-page +attempt 1 failed \(Blurred\); another one follows\n/);
    expect(stdout).toContain('{"document":"field-notes","page":3,"of":3,');
    expect(stdout).toMatch(/read-page +attempt 2 failed \(Unreadable\); another one follows\n/);
    expect(stdout).toMatch(/error-end +failed: Unreadable: page 1 of burnt-letter .* \(3 attempts\)\n/);
    expect(stdout).toMatch(/stopped; nothing is left running\n$/);
    expect(up.processes()).toEqual([]);
  },
);

test("start on a folder without handlers says so and ends after the rendering", TIMEOUT, async () => {
  up = new RunningUp();
  const folder = join(ROOT, "examples/pipeline");
  const { status, stdout } = await asya("start", folder, "--once", "--out", join(up.folder, "out"));
  expect(status).toBe(0);
  expect(stdout).toMatch(/put their Python code into .*handlers\/ or name it with --handlers\.\n$/);
});

test(
  "a handler that cannot be loaded ends it with the runtime's own words, and nothing stays",
  TIMEOUT,
  async () => {
    up = new RunningUp();
    up.start(
      up.write({ broken: { handler: "broken.handle" } }, { "broken.py": "import torch_that_is_not_there\n" }),
    );
    expect(await up.ended()).toBe(1);
    expect(up.output).toContain(
      "the runtime of broken ended with exit code 1 before it was ready; it said:\n",
    );
    expect(up.output).toContain("No module named 'torch_that_is_not_there'");
    expect(up.output).toContain(`(all of it: ${join(up.state, "logs", "broken.log")})`);
    expect(up.processes()).toEqual([]);
  },
);

test(
  "Ctrl-C lets a handler finish and keeps what waits for the next run; a second one does not wait",
  TIMEOUT,
  async () => {
    up = new RunningUp();
    const slow = "import time\ndef slow(payload):\n    time.sleep(payload['seconds'])\n    return payload\n";
    const path = up.write({ slow: { handler: "slow.slow" } }, { "slow.py": slow });
    up.start(path);
    await up.ready();
    const running = up.send("slow", '{"seconds": 1.5}');
    await up.says(/slow +works on it/);
    up.signal("SIGINT");
    expect(await up.ended()).toBe(0);
    expect((await running).stderr).toContain("it is still queued, and travels on when `asya up` runs again");

    up.output = "";
    up.start(path);
    await up.says(/happy-end +succeeded/);
    await up.ready();
    const hanging = up.send("slow", '{"seconds": 3600}');
    await up.says(/slow +works on it/);
    up.signal("SIGTERM");
    await up.says(/stopping/);
    await new Promise((wake) => setTimeout(wake, 500));
    up.signal("SIGTERM");
    expect(await up.ended()).toBe(0);
    expect((await hanging).status).toBe(1);
    expect(up.processes()).toEqual([]);
  },
);

test("a process that ends by itself is started again", TIMEOUT, async () => {
  up = new RunningUp();
  const code =
    "import os\ndef end(payload):\n    if payload['end'] and not os.path.exists('ended'):\n        open('ended', 'w').close()\n        os.kill(os.getppid(), 9)\n        os._exit(3)\n    return payload\n";
  up.start(up.write({ fragile: { handler: "fragile.end" } }, { "fragile.py": code }));
  await up.ready();
  const sent = await up.send("fragile", '{"end": true}');
  expect(sent.status, sent.stderr).toBe(0);
  expect(up.output).toMatch(/the runtime of fragile ended with signal SIGKILL and is started again in 1 s/);
});

test("wrong use is told with exit status 2", async () => {
  up = new RunningUp();
  const wrong: [args: string[], told: string][] = [
    [["a"], "error: give the payload either as '{json}' or with --file.\n"],
    [["a", "{not json"], "error: the payload is no JSON: "],
    [["a,,b", "1"], 'error: "a,,b" is no route: write ACTOR or ACTOR,ACTOR,...\n'],
    [["a", "--file", "nowhere"], "error: --file nowhere cannot be read: ENOENT"],
    [["a", "1", "--header", "x"], "error: option '-H, --header <name=value>' argument 'x' is invalid."],
  ];
  for (const [args, told] of wrong) {
    const { status, stderr } = await up.send(...args);
    expect([args, status]).toEqual([args, 2]);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain("    at ");
  }
});

function storedIn(folder: string): unknown[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".json"),
  );
  return files.map((path) => JSON.parse(readFileSync(join(folder, path), "utf8")) as unknown);
}
