import { request } from "node:http";
import type { Metrics } from "./metrics.ts";
import type { Pod } from "./pod.ts";
import type { Problems } from "./problems.ts";
import { gaugeIn, sidecarTarget, type SidecarTarget } from "./sidecar-metrics.ts";

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 1024 * 1024;
const PARALLEL = 32;
/** An answer that cannot be had again still counts for that long. */
const ANSWER_LASTS_MS = 60_000;
const TOPIC = "sidecar metrics";

interface Answer {
  value: number;
  untilMs: number;
}

/** Messages in hand, from the sidecars of an actor's pods. */
export class Scraper {
  readonly #problems: Problems;
  readonly #metrics: Metrics;
  readonly #answers = new Map<string, Answer>();
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(problems: Problems, metrics: Metrics) {
    this.#problems = problems;
    this.#metrics = metrics;
  }

  /** Their sum; undefined while it is not known of every ready pod, and where there is none. */
  async inHand(pods: readonly Pod[], whom: string): Promise<number | undefined> {
    const targets = pods.flatMap((pod) => sidecarTarget(pod) ?? []);
    if (targets.length === 0) return undefined;
    const values = await Promise.all(targets.map((target) => this.#ask(target)));
    if (values.some((value) => value instanceof Error)) {
      const [failure] = values.filter((value) => value instanceof Error);
      const message = "cannot read /metrics of a sidecar - may the observer reach pods? (NetworkPolicy)";
      this.#problems.report(TOPIC, message, whom, { reason: failure?.message });
    } else this.#problems.solved(TOPIC, whom);
    const known = targets.map(({ uid }) => this.#current(uid));
    return known.every((value) => value !== undefined)
      ? known.reduce((sum, value) => sum + value, 0)
      : undefined;
  }

  forgetPod(uid: string): void {
    this.#answers.delete(uid);
  }

  forget(whom: string): void {
    this.#problems.solved(TOPIC, whom);
  }

  #current(uid: string): number | undefined {
    const answer = this.#answers.get(uid);
    return answer !== undefined && Date.now() < answer.untilMs ? answer.value : undefined;
  }

  async #ask(target: SidecarTarget): Promise<number | Error> {
    if (this.#running >= PARALLEL) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      const value = gaugeIn(await fetchText(target.url), target.metric);
      if (value === undefined) throw new Error(`${target.url} has no ${target.metric}`);
      this.#answers.set(target.uid, { value, untilMs: Date.now() + ANSWER_LASTS_MS });
      this.#metrics.read("sidecar", "ok");
      return value;
    } catch (error) {
      this.#metrics.read("sidecar", "failed");
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

/** n.b. Not `fetch`: it follows redirects, and a pod is not to send the observer anywhere. */
function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) response.destroy(new Error(`${url} answers more than ${MAX_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString());
        else reject(new Error(`${url} answers with status ${response.statusCode}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
