import { randomBytes } from "node:crypto";
import { type Hop, Journey, type Outcome, partAt, readProgress } from "./journey.ts";

/** A part that works for longer than this gets a line of its own. */
const WORKING_MS = 1_000;
/** Reports come from several processes: how long "done" may be later than what it led to. */
const LATE_REPORTS_MS = 2_000;

interface Traveller {
  journey: Journey;
  onHop: (hop: Hop) => void;
  arrived: PromiseWithResolvers<Outcome>;
  /** What is told after the work that led to it. */
  held: Hop[];
  late: NodeJS.Timeout | undefined;
}

/** Brings reports to the journeys that they are about. */
export class Journeys {
  readonly #travellers = new Map<string, Traveller>();
  readonly #working = new Map<string, NodeJS.Timeout>();
  readonly #onHop: (hop: Hop) => void;

  /** @param onHop - told of every hop, also of envelopes that others have sent. */
  constructor(onHop: (hop: Hop) => void) {
    this.#onHop = onHop;
  }

  /** Call it before the envelope is sent. */
  begin(id: string, onHop: (hop: Hop) => void): Promise<Outcome> {
    const traveller = newTraveller(id, onHop);
    this.#travellers.set(id, traveller);
    return traveller.arrived.promise;
  }

  forget(id: string): void {
    this.#travellers.delete(id);
  }

  progress(id: string, report: unknown): void {
    const traveller = this.#travellerOf(id);
    const { actor, phase } = readProgress(report);
    if (phase !== "working") this.#stopWatch(partAt(id, actor));
    if (phase === "begun") this.#watch(traveller, id, actor);
    this.#take(traveller, (traveller?.journey ?? new Journey(id)).progress(id, report));
  }

  final(id: string, report: unknown): void {
    const traveller = this.#travellerOf(id);
    for (const part of this.#working.keys()) if (part.startsWith(`${id} `)) this.#stopWatch(part);
    this.#take(traveller, (traveller?.journey ?? new Journey(id)).final(id, report));
  }

  close(): void {
    for (const timer of this.#working.values()) clearTimeout(timer);
    for (const { late } of this.#travellers.values()) clearTimeout(late);
  }

  /** @returns undefined for an envelope that nobody here waits for: sent in an earlier run, or by others. */
  #travellerOf(id: string): Traveller | undefined {
    return this.#travellers.values().find(({ journey }) => journey.owns(id));
  }

  /** Of an envelope that nobody waits for it is told report by report, as they come. */
  #take(traveller: Traveller | undefined, hop: Hop | undefined): void {
    if (hop !== undefined && traveller === undefined) this.#tell(undefined, hop);
    if (traveller === undefined) return;
    if (hop !== undefined) traveller.held.push(hop);
    this.#look(traveller);
  }

  #tell(traveller: Traveller | undefined, hop: Hop): void {
    this.#onHop(hop);
    traveller?.onHop(hop);
    traveller?.journey.told(hop);
  }

  #watch(traveller: Traveller | undefined, id: string, actor: string): void {
    const tell = () => this.#tell(traveller, { id, actor, text: "works on it" });
    this.#working.set(partAt(id, actor), setTimeout(tell, WORKING_MS));
  }

  #stopWatch(part: string): void {
    clearTimeout(this.#working.get(part));
    this.#working.delete(part);
  }

  #look(traveller: Traveller): void {
    const { journey, held } = traveller;
    for (let at = nextOf(journey, held); at >= 0; at = nextOf(journey, held)) {
      for (const hop of held.splice(at, 1)) this.#tell(traveller, hop);
    }
    if (held.length > 0) traveller.late ??= setTimeout(() => this.#end(traveller), LATE_REPORTS_MS);
    else this.#end(traveller);
  }

  #end(traveller: Traveller): void {
    clearTimeout(traveller.late);
    traveller.late = undefined;
    for (const hop of traveller.held.splice(0)) this.#tell(traveller, hop);
    const outcome = traveller.journey.outcome();
    if (outcome === undefined) return;
    this.#travellers.delete(traveller.journey.id);
    traveller.arrived.resolve(outcome);
  }
}

/** n.b. what is told may be what others are held for. */
function nextOf(journey: Journey, held: readonly Hop[]): number {
  return held.findIndex((hop) => !journey.isAhead(hop));
}

function newTraveller(id: string, onHop: (hop: Hop) => void): Traveller {
  const arrived = Promise.withResolvers<Outcome>();
  return { journey: new Journey(id), onHop, arrived, held: [], late: undefined };
}

/** n.b. no id of ours begins with another one and "-": that is how children of a fan-out are called. */
export function newEnvelopeId(): string {
  return `e${randomBytes(4).toString("hex")}`;
}
