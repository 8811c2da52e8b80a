import { conditionOf } from "../../../core/conditions.ts";
import { isObject } from "../../../core/json.ts";
import type { Observed } from "../../../core/manifest.ts";

/** Pods as a workload's status counts them. */
export interface PodCounts {
  desired: number;
  total: number;
  /** Of the newest template. */
  updated: number;
  ready: number;
  available: number;
}

export interface Rollout {
  /** The newest template runs everywhere it should, or nothing should run. */
  complete: boolean;
  /** Why pods of an older template stay although nothing is wrong; "" where none does. */
  held: string;
}

/**
 * A Deployment's rollout is complete when its controller said so of this template and no older pod is left.
 *
 * n.b. the reason stays NewReplicaSetAvailable while KEDA scales what rolled out once, but also in the first moments after
 * a step back to an earlier template. A paused Deployment, or one without progressDeadlineSeconds, has no such reason.
 *
 * @param before - a rollout was complete at some time.
 */
export function deploymentRollout(deployment: Observed, pods: PodCounts, before: boolean): Rollout {
  const progressing = conditionOf(deployment, "Progressing");
  const silent = progressing === undefined || progressing.status === "Unknown";
  const said = silent ? before : progressing.reason === "NewReplicaSetAvailable";
  const old = pods.total - pods.updated;
  if (deployment.spec?.["paused"] === true && old > 0) {
    return {
      complete: true,
      held: `${old} of ${pods.total} pods run an older template: the Deployment is paused`,
    };
  }
  return { complete: old === 0 && (said || allAtWork(pods)), held: "" };
}

/**
 * A StatefulSet has no conditions: its revisions tell. They are equal from the start of the first rollout, and under
 * OnDelete or a partition they may never be equal again.
 *
 * @param before - a rollout was complete at some time.
 */
export function statefulSetRollout(statefulSet: Observed, pods: PodCounts, before: boolean): Rollout {
  const strategy = updateStrategy(statefulSet);
  const started = before || pods.ready >= pods.desired;
  const old = pods.total - pods.updated;
  if (strategy.type === "OnDelete") {
    const held = `${old} of ${pods.total} pods run an older template until they are deleted (updateStrategy OnDelete)`;
    return { complete: started, held: old > 0 ? held : "" };
  }
  if (strategy.partition > 0) {
    const held = `${old} of ${pods.total} pods keep an older template (updateStrategy partition ${strategy.partition})`;
    const complete = started && pods.updated >= Math.min(pods.total, pods.desired - strategy.partition);
    return { complete, held: complete && old > 0 ? held : "" };
  }
  const { currentRevision, updateRevision } = statefulSet.status ?? {};
  return { complete: currentRevision === updateRevision && started, held: "" };
}

function allAtWork({ desired, total, updated, available }: PodCounts): boolean {
  return total === desired && updated === desired && available === desired;
}

function updateStrategy({ spec }: Observed): { type: string; partition: number } {
  const strategy = isObject(spec?.["updateStrategy"]) ? spec["updateStrategy"] : {};
  const rolling = isObject(strategy["rollingUpdate"]) ? strategy["rollingUpdate"] : {};
  return {
    type: strategy["type"] === "OnDelete" ? "OnDelete" : "RollingUpdate",
    partition: typeof rolling["partition"] === "number" ? rolling["partition"] : 0,
  };
}
