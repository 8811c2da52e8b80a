import type { Mark, Pair, Rule } from "./rule.ts";
import { levelOf, LEVELS, type Risk, RISKS } from "./risks.ts";
import { changedIdentity, widenedPolicy, widenedSendTo } from "./rules-access.ts";
import { openedDeletion, removedActor, replacedQueue, shorterRetention } from "./rules-queue.ts";
import { immutableFields, refusedByApiServer, refusedByFunction } from "./rules-refused.ts";
import {
  adopted,
  adoptedActor,
  killedWork,
  lostScaler,
  moreAccelerators,
  restartedPods,
} from "./rules-workload.ts";
import type { SideActor } from "./side.ts";

const RULES: readonly Rule[] = [
  refusedByApiServer,
  refusedByFunction,
  immutableFields,
  replacedQueue,
  shorterRetention,
  openedDeletion,
  killedWork,
  moreAccelerators,
  widenedSendTo,
  widenedPolicy,
  changedIdentity,
  lostScaler,
  adopted,
  restartedPods,
];

/** Every mark on an actor that changes, the worst first. */
export function judge(pair: Pair): Risk[] {
  return asRisks(
    RULES.flatMap((rule) => rule(pair)),
    pair.after,
  );
}

export function judgeAdded(actor: SideActor): Risk[] {
  return asRisks(adoptedActor(actor), actor);
}

export function judgeRemoved(actor: SideActor, successor: SideActor | undefined): Risk[] {
  return asRisks(removedActor(actor, successor), actor);
}

function asRisks(marks: readonly Mark[], { id, place }: SideActor): Risk[] {
  return marks
    .map(({ code, message, fix }) => ({ code, actor: id, message, fix: fix ?? adviceOf(code), place }))
    .toSorted((a, b) => LEVELS.indexOf(levelOf(a.code)) - LEVELS.indexOf(levelOf(b.code)));
}

/** The table's advice as findings write theirs. */
function adviceOf(code: Mark["code"]): string {
  const { fix } = RISKS[code];
  return `${fix.charAt(0).toLowerCase()}${fix.slice(1).replace(/\.$/, "")}`;
}
