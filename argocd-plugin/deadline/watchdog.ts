import type { Progress, Step } from "./progress.ts";

/** Before that, and below so many bytes, a run ends by itself sooner than a thread has started. */
const START_MS = 1_000;
const START_BYTES = 1 << 20;
const NAME_BYTES = 512;

const WORDS: Readonly<Record<Step["phase"], string>> = {
  building: "kustomize build",
  reading: "reading files",
  judging: "judging objects",
  printing: "printing objects",
};
const PHASES = Object.keys(WORDS) as Step["phase"][];

/**
 * Ends the process with 1 and a line on stderr when it takes too long, also while it computes and takes no events. The
 * thread that does so starts with a step that is late or has much to read: most runs end before, and it takes 20 ms.
 *
 * @param deadlineMs - from the start of the process.
 */
export function watchdog(deadlineMs: number): Progress {
  const shared = new SharedArrayBuffer(16 + NAME_BYTES);
  const [numbers, name] = [new Int32Array(shared, 0, 4), new Uint8Array(shared, 16)];
  const startMs = Math.min(START_MS, deadlineMs / 10);
  const encoder = new TextEncoder();
  let started = false;
  return ({ phase, done, of, file, bytes = 0 }) => {
    numbers[3] = encoder.encodeInto(file, name).written;
    numbers.set([PHASES.indexOf(phase), done, of]);
    if (started || (performance.now() < startMs && bytes < START_BYTES)) return;
    started = true;
    startThread(shared, deadlineMs);
  };
}

function startThread(shared: SharedArrayBuffer, deadlineMs: number): void {
  // Loaded only here: it takes 2 ms.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const words = PHASES.map((phase) => WORDS[phase]);
  const workerData = { shared, words, seconds: deadlineMs / 1_000, leftMs: deadlineMs - performance.now() };
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };
  new Worker(THREAD, { eval: true, execArgv: [], workerData, resourceLimits }).unref();
}

/**
 * n.b. a thread cannot end its process with a status of its choice, but the inspector interrupts a computing main thread to
 * have it done there. It then says that it waits for the debugger, hence the closed stderr. A main thread that waits for
 * the file system takes no interrupt: it is killed.
 */
const THREAD = `
const { workerData: { shared, words, seconds, leftMs } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
setTimeout(() => {
  const [phase, done, of, length] = new Int32Array(shared, 0, 4);
  const file = Buffer.from(new Uint8Array(shared, 16, length)).toString().replace(/[\\p{Cc}\\u202A-\\u202E\\u2066-\\u2069]/gu, "\\uFFFD");
  const count = of > 0 ? ", " + done + " of " + of + " done" : "";
  const place = file === "" ? "" : ", at " + file;
  const what = words[phase] + count + place;
  try {
    writeSync(2, "asya-plugin: stopped after " + seconds + " s (ASYA_PLUGIN_DEADLINE; Argo CD kills a plugin after 60 s): "
      + what + " - make several Applications of the folder, or give the plugin's container more CPU\\n");
  } catch {}
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 2000);
  const { Session } = require("node:inspector");
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.evaluate", {
    expression: "process.getBuiltinModule('node:fs').closeSync(2), process.reallyExit(1)",
  });
}, Math.max(0, leftMs));
`;
