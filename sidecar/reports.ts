import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { type GatewayClient, GatewayError } from "./gateway-client.ts";
import type { Report } from "./report-bodies.ts";

const LANES = 4;
const MAX_WAITING = 1_000;
const PAUSE_AFTER_FAILURE_MS = 5_000;
const FINAL_PAUSES_MS = [500, 1_500, 4_000];

/** Tells the gateway what happens, in order per envelope. Messages never wait for progress: what finds no room is dropped. */
export class Reports {
  readonly #gateway: GatewayClient;
  readonly #log: Logger;
  readonly #lanes: Report[][] = Array.from({ length: LANES }, () => []);
  readonly #busy = new Map<number, Promise<void>>();
  #pausedUntil = 0;
  #dropped = 0;
  #hurried = false;

  constructor(gateway: GatewayClient, log: Logger) {
    this.#gateway = gateway;
    this.#log = log;
  }

  progress(report: Report): void {
    const index = laneOf(report.id);
    const lane = this.#lanes[index]!;
    if (lane.length >= MAX_WAITING / LANES || performance.now() < this.#pausedUntil) {
      this.#dropped++;
      return;
    }
    lane.push(report);
    if (!this.#busy.has(index)) this.#busy.set(index, this.#send(index));
  }

  /** Resolves once the gateway knows, or after several tries in vain. */
  async final(report: Report): Promise<void> {
    await this.#busy.get(laneOf(report.id));
    for (const pauseMs of [...FINAL_PAUSES_MS, undefined]) {
      try {
        return await this.#gateway.post(report.path, report.body);
      } catch (error) {
        if (isPermanent(error) || pauseMs === undefined || this.#hurried) {
          this.#log.warn(
            { envelope: report.id, reason: textOf(error) },
            "the gateway was not told the final status",
          );
          return;
        }
        await sleep(pauseMs);
      }
    }
  }

  /** From now on nothing is tried twice. */
  hurry(): void {
    this.#hurried = true;
  }

  /** Waits a little for what is still to be sent. */
  async stop(graceMs: number): Promise<void> {
    this.hurry();
    await Promise.race([Promise.all(this.#busy.values()), sleep(graceMs, undefined, { ref: false })]);
    this.#gateway.close();
  }

  async #send(index: number): Promise<void> {
    const lane = this.#lanes[index]!;
    for (let report = lane.shift(); report !== undefined; report = lane.shift()) {
      try {
        await this.#gateway.post(report.path, report.body);
        this.#tellDropped();
      } catch (error) {
        if (isPermanent(error)) continue;
        this.#log.warn(
          { reason: textOf(error) },
          "the gateway cannot be reached: progress is not reported for 5 s",
        );
        this.#pausedUntil = performance.now() + PAUSE_AFTER_FAILURE_MS;
        this.#dropped += lane.splice(0).length;
      }
    }
    this.#busy.delete(index);
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    this.#log.warn(
      { dropped: this.#dropped },
      "progress reports were dropped: the gateway was too slow or not there",
    );
    this.#dropped = 0;
  }
}

/** n.b. envelopes that did not come through the gateway are unknown there: 404. */
function isPermanent(error: unknown): boolean {
  return error instanceof GatewayError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

function laneOf(id: string): number {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) | 0;
  return Math.abs(hash) % LANES;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
