import { type Finding, finding } from "../../core/finding.ts";
import { actorView, planActor, type World } from "../../functions/asyncactor/compose/plan.ts";
import { objectName, type Placed } from "./placed.ts";

/**
 * Two actors that would read one queue: two namespaces on one virtual host or account. Within a namespace an actor's
 * name tells its queue from all others.
 *
 * @param actors - with their namespace.
 */
export function sharedQueueFindings(actors: readonly Placed[], world: World): Finding[] {
  const namespaces = new Set(actors.map(({ manifest }) => manifest.metadata.namespace));
  if (namespaces.size < 2 || world.platform === undefined) return [];
  const first = new Map<string, Placed>();
  const findings: Finding[] = [];
  for (const actor of actors) {
    const queue = queueOf(actor, world);
    if (queue === undefined) continue;
    const before = first.get(queue.address);
    if (before === undefined) first.set(queue.address, actor);
    else if (before.manifest.metadata.namespace !== actor.manifest.metadata.namespace) {
      findings.push(actor.at(sharedQueue(queue.name, before)));
    }
  }
  return findings;
}

function sharedQueue(queue: string, { manifest, source }: Placed): Finding {
  const other = `${objectName(manifest)} of namespace ${manifest.metadata.namespace ?? "default"}`;
  const message = `reads the queue ${queue}, as ${other} at ${source.file}:${source.line} does`;
  const fix =
    "rename one of the two, or give their namespaces queues of their own in the platform's settings (vhost, queueName)";
  return finding("E015", ["metadata", "name"], message, fix);
}

/** Undefined where the actor cannot be rendered: its own findings say why. */
function queueOf({ manifest }: Placed, world: World): { name: string; address: string } | undefined {
  const { plan } = planActor(manifest, world);
  if (plan === undefined) return undefined;
  const { queue, queueAddress } = plan.transport.render({
    actor: actorView(plan.actor),
    transportName: plan.actor.spec.transport,
    config: plan.transportConfig,
    observed: {},
  });
  return { name: queue, address: queueAddress };
}
