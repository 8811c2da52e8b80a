import { randomBytes } from "node:crypto";
import { type Hop, Journey, type Outcome, partAt, readProgress } from "./journey.ts";

/** A part that works for longer than this gets a line of its own. */
const WORKING_MS = 1_000;
/** Reports come from several processes: how long "done" may be later than the end that it led to. */
const LATE_REPORTS_MS = 2_000;

interface Traveller {
  journey: Journey;
  onHop: (hop: Hop) => void;
  arrived: PromiseWithResolvers<Outcome>;
  /** Ends that are told after the work that led to them. */
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
    this.#tell(traveller, traveller.journey.progress(id, report));
    this.#look(traveller);
  }

  final(id: string, report: unknown): void {
    const traveller = this.#travellerOf(id);
    const hop = traveller.journey.final(id, report);
    if (hop !== undefined) traveller.held.push(hop);
    for (const part of this.#working.keys()) if (part.startsWith(`${id} `)) this.#stopWatch(part);
    this.#look(traveller);
  }

  close(): void {
    for (const timer of this.#working.values()) clearTimeout(timer);
    for (const { late } of this.#travellers.values()) clearTimeout(late);
  }

  /** An envelope that nobody here waits for (sent in an earlier run, or by others) is told about, report by report. */
  #travellerOf(id: string): Traveller {
    for (const traveller of this.#travellers.values()) if (traveller.journey.owns(id)) return traveller;
    return newTraveller(id, () => {});
  }

  #tell({ onHop }: Traveller, hop: Hop | undefined): void {
    if (hop === undefined) return;
    this.#onHop(hop);
    onHop(hop);
  }

  #watch(traveller: Traveller, id: string, actor: string): void {
    const tell = () => this.#tell(traveller, { id, actor, text: "works on it" });
    this.#working.set(partAt(id, actor), setTimeout(tell, WORKING_MS));
  }

  #stopWatch(part: string): void {
    clearTimeout(this.#working.get(part));
    this.#working.delete(part);
  }

  #look(traveller: Traveller): void {
    const { journey, held } = traveller;
    for (const hop of held.filter(({ id }) => !journey.isAhead(id))) {
      held.splice(held.indexOf(hop), 1);
      this.#tell(traveller, hop);
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

function newTraveller(id: string, onHop: (hop: Hop) => void): Traveller {
  const arrived = Promise.withResolvers<Outcome>();
  return { journey: new Journey(id), onHop, arrived, held: [], late: undefined };
}

/** n.b. no id of ours begins with another one and "-": that is how children of a fan-out are called. */
export function newEnvelopeId(): string {
  return `e${randomBytes(4).toString("hex")}`;
}
