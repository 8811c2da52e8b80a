import { type Finding, finding } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import { queueName } from "../../core/names.ts";
import { planActor, type World } from "../../functions/asyncactor/compose/plan.ts";
import { planTransport } from "../../functions/asyncactor/compose/transport-plan.ts";
import type { Findings } from "./findings.ts";
import { type Actor, linesOf, placedAt, readActor } from "./placed.ts";

/** What makes two actors readers of one queue; `certain` = the platform's settings say so. */
interface QueueIdentity {
  name: string;
  address: string;
  certain: boolean;
}

/**
 * Two actors that would read one queue: two namespaces on one virtual host or account. Within a namespace an actor's
 * name tells its queue from all others.
 */
export function addSharedQueues(actors: readonly Actor[], world: World, findings: Findings): void {
  const namespaces = new Set(actors.map(({ namespace }) => namespace));
  if (namespaces.size < 2) return;
  const first = new Map<string, Actor>();
  const shared: [actor: Actor, before: Actor, queue: QueueIdentity][] = [];
  for (const actor of actors) {
    const queue = queueOf(readActor(actor), world);
    if (queue === undefined) continue;
    const before = first.get(queue.address);
    if (before === undefined) first.set(queue.address, actor);
    else if (before.namespace !== actor.namespace) shared.push([actor, before, queue]);
  }
  const lines = linesOf(shared.slice(0, findings.room).map(([, { source }]) => source));
  for (const [actor, before, queue] of shared)
    findings.add([sharedQueue(queue, before, lines.get(before.source) ?? 1)], placedAt(actor.source));
}

function sharedQueue({ name, certain }: QueueIdentity, { source, namespace }: Actor, line: number): Finding {
  const other = `${source.title} of namespace ${namespace ?? "default"}`;
  const verb = certain ? "reads" : "reads, unless the platform's settings tell the namespaces apart,";
  const message = `${verb} the queue ${name}, as ${other} at ${source.file}:${line} does`;
  const fix =
    "rename one of the two, or give their namespaces queues of their own in the platform's settings (vhost, queueName)";
  return finding(certain ? "E015" : "W010", ["metadata", "name"], message, fix);
}

/** Undefined where the actor cannot be rendered: its own findings say why. */
function queueOf(manifest: Manifest, world: World): QueueIdentity | undefined {
  if (world.platform === undefined) return guessedQueue(manifest);
  const { plan } = planActor(manifest, world);
  if (plan === undefined) return undefined;
  const { queue, queueAddress } = planTransport(plan, {}).transportPlan;
  return { name: queue, address: queueAddress, certain: true };
}

/** By the transports' defaults: the actor's name alone makes the queue's. */
function guessedQueue(manifest: Manifest): QueueIdentity | undefined {
  const spec = manifest["spec"];
  if (!isObject(spec) || typeof spec["transport"] !== "string") return undefined;
  const name = queueName(manifest.metadata.name);
  return { name, address: `${spec["transport"]}/${name}`, certain: false };
}
