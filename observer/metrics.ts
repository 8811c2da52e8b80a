import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

export type Source = "keda" | "sidecar" | "events";
export type Outcome = "ok" | "failed";

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const leading = new Gauge({
    name: "asya_observer_leading",
    help: "1 = holds the lease and writes",
    registers,
  });
  const actors = new Gauge({ name: "asya_observer_actors", help: "Actors that are looked after", registers });
  const reads = new Counter({
    name: "asya_observer_reads_total",
    help: "Requests to KEDA's external metrics API, to sidecars, and for pods' events",
    labelNames: ["source", "outcome"],
    registers,
  });
  const writes = new Counter({
    name: "asya_observer_writes_total",
    help: "Patches of actors' status; each costs Crossplane a call of the function",
    labelNames: ["outcome"],
    registers,
  });
  leading.set(0);
  return {
    registry,
    leading(value: boolean) {
      leading.set(value ? 1 : 0);
    },
    actors(count: number) {
      actors.set(count);
    },
    read(source: Source, outcome: Outcome) {
      reads.inc({ source, outcome });
    },
    wrote(outcome: Outcome) {
      writes.inc({ outcome });
    },
  };
}
