/** One submitted envelope and everything that becomes of it, from what sidecars report. Pure. */
import { isObject } from "../../core/json.ts";
import { isEndActor } from "../../core/names.ts";

/** Something worth a line. */
export interface Hop {
  id: string;
  actor: string;
  text: string;
  /** The actor whose work led here: that its work is done is told first. */
  after?: string;
  isDone?: true;
}

/** One end of a journey: what arrived at an end actor. */
export interface Leaf {
  id: string;
  status: "succeeded" | "failed";
  result?: unknown;
  error?: unknown;
  details?: unknown;
  /** Where it failed. */
  actor?: string;
}

export interface Outcome {
  id: string;
  /** In the order of their places in fan-outs. */
  leaves: Leaf[];
  succeeded: boolean;
}

/** A place in nested fan-outs: at each hop which of how many. */
interface Step {
  index: number;
  count: number;
}

export class Journey {
  readonly id: string;
  readonly #leaves = new Map<string, { leaf: Leaf; steps: Step[] }>();
  /** Parts that any report was about, and those of which it was told that they are done. */
  readonly #seen = new Set<string>();
  readonly #done = new Set<string>();

  constructor(id: string) {
    this.id = id;
  }

  /** n.b. children of a fan-out are called `{id}-{index}`, and theirs again. */
  owns(id: string): boolean {
    return id === this.id || id.startsWith(`${this.id}-`);
  }

  /** @returns undefined where there is nothing to say. */
  progress(id: string, report: unknown): Hop | undefined {
    const { actor, before, phase, text } = readProgress(report);
    this.#seen.add(partAt(id, actor));
    if (text === undefined) return undefined;
    return {
      id,
      actor,
      text,
      ...(before === undefined ? {} : { after: before }),
      ...(phase === "done" ? { isDone: true } : {}),
    };
  }

  final(id: string, report: unknown): Hop | undefined {
    if (!isObject(report)) return undefined;
    const status = report["status"] === "succeeded" ? "succeeded" : "failed";
    const { result, error, details } = report;
    const actor = typeof report["actor"] === "string" ? report["actor"] : undefined;
    const place = typeof report["origin"] === "string" ? report["origin"] : "";
    const counts = typeof report["fanout"] === "string" ? report["fanout"] : "";
    const leaf: Leaf = {
      id,
      status,
      ...(status === "succeeded" ? { result } : { error, details }),
      ...(actor === undefined ? {} : { actor }),
    };
    this.#leaves.set(place, { leaf, steps: stepsOf(place, counts) });
    const last = status === "succeeded" ? lastActorOf(report) : undefined;
    // n.b. an end actor that stands in a route itself makes no progress report.
    const after = last === undefined || isEndActor(last) ? {} : { after: last };
    if (status === "succeeded") return { id, actor: "happy-end", text: "succeeded", ...after };
    return { id, actor: "error-end", text: `failed: ${failureWords(leaf)}` };
  }

  told({ id, actor, isDone }: Hop): void {
    if (isDone === true) this.#done.add(partAt(id, actor));
  }

  /** Whether it was not told yet that the work is done that led to a hop: reports come from several processes. */
  isAhead({ id, after }: Hop): boolean {
    if (after === undefined) return false;
    // A part of a fan-out was made under its parent's id.
    const worker = withAncestors(id).find((each) => this.#seen.has(partAt(each, after))) ?? id;
    return !this.#done.has(partAt(worker, after));
  }

  /** Once every part of every fan-out has arrived at an end actor. */
  outcome(): Outcome | undefined {
    const ends = [...this.#leaves.values()];
    if (!isWhole(ends.map(({ steps }) => steps))) return undefined;
    const leaves = ends.sort((a, b) => order(a.steps, b.steps)).map(({ leaf }) => leaf);
    return { id: this.id, leaves, succeeded: leaves.every(({ status }) => status === "succeeded") };
  }
}

/** A part of a journey at one of its actors. */
export function partAt(id: string, actor: string | undefined): string {
  return `${id} ${actor}`;
}

function withAncestors(id: string): string[] {
  const parent = /^(.+)-[0-9]+$/.exec(id)?.[1];
  return parent === undefined ? [id] : [id, ...withAncestors(parent)];
}

/** n.b. an envelope whose handler returned nothing comes with the route not advanced. */
function lastActorOf({ actors, current_actor_idx }: Readonly<Record<string, unknown>>): string | undefined {
  const names: unknown[] = Array.isArray(actors) ? actors : [];
  const current = Number(current_actor_idx);
  const name = current < names.length ? names[current] : names.at(-1);
  return typeof name === "string" ? name : undefined;
}

interface Progress {
  actor: string;
  /** The actor before it in the route. */
  before: string | undefined;
  /** "over" = an attempt that failed. */
  phase: "begun" | "working" | "over" | "done";
  /** What is worth a line. */
  text: string | undefined;
}

/** Of the body of a progress report (SPEC section 5). */
export function readProgress(report: unknown): Progress {
  const { actors, current_actor_idx, status, message, duration_ms } = isObject(report) ? report : {};
  const names: unknown[] = Array.isArray(actors) ? actors : [];
  const nameAt = (index: number) => (typeof names[index] === "string" ? names[index] : undefined);
  const actor = nameAt(Number(current_actor_idx)) ?? "?";
  const before = nameAt(Number(current_actor_idx) - 1);
  const said = typeof message === "string" ? message : undefined;
  if (status === "received") return { actor, before, phase: "begun", text: said };
  if (status !== "completed")
    return { actor, before, phase: said === undefined ? "working" : "over", text: said };
  const took = typeof duration_ms === "number" ? ` in ${duration_ms} ms` : "";
  return { actor, before, phase: "done", text: `done${took}${said === undefined ? "" : `, ${said}`}` };
}

/** What failed and how, in a few words. */
export function failureWords({ actor, error, details }: Leaf): string {
  const { type, message, attempts } = isObject(details) ? details : {};
  const what = type === undefined ? textOf(error) : `${textOf(type)}: ${textOf(message)}`;
  const often = typeof attempts === "number" && attempts > 1 ? ` (${attempts} attempts)` : "";
  return `${what.split("\n")[0]}${actor === undefined ? "" : `, at ${actor}`}${often}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}

/** Of the headers asya-origin (`a:0/b:2`) and asya-fanout (`1/3`). */
function stepsOf(origin: string, fanout: string): Step[] {
  if (origin === "") return [];
  const counts = fanout.split("/");
  return origin.split("/").map((step, depth) => ({
    index: Number(step.slice(step.lastIndexOf(":") + 1)),
    count: Number(counts[depth] ?? 1),
  }));
}

/** Whether the ends are all the ends of the tree that they span. */
function isWhole(ends: readonly (readonly Step[])[]): boolean {
  if (ends.length === 0) return false;
  if (ends.some((steps) => steps.length === 0)) return true;
  const parts = Map.groupBy(ends, ([first]) => first!.index);
  const count = Math.max(...ends.map(([first]) => first!.count));
  return (
    parts.size >= count && [...parts.values()].every((part) => isWhole(part.map((steps) => steps.slice(1))))
  );
}

function order(a: readonly Step[], b: readonly Step[]): number {
  const at = a.findIndex((step, depth) => step.index !== b[depth]?.index);
  return at < 0 ? a.length - b.length : a[at]!.index - (b[at]?.index ?? -1);
}
