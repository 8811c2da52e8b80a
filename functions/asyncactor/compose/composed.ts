import type { Finding } from "../../../core/finding.ts";
import type { Manifest, Observed } from "../../../core/manifest.ts";
import type { TransportPlan } from "../../../transports/contract.ts";
import type { ActorObject } from "./actor.ts";
import type { Condition } from "./conditions.ts";
import type { ActorPlan, World } from "./plan.ts";
import type { Redrive } from "./redrive.ts";
import type { Existing, ObjectReference } from "./adoption.ts";

export interface ComposeInput {
  /** The composite as the API server holds it, with its status. */
  actor: unknown;
  world: World;
  /** Composed objects that exist, by resource key. */
  observed: Readonly<Record<string, Observed>>;
  existing: Existing;
  /** The cluster's schema of a Deployment; null where it cannot be had, undefined where it was not asked for yet. */
  podSchema: unknown;
  /** The cluster serves KEDA's kinds; undefined where that is not known. */
  scalerServed?: boolean | undefined;
  now: Date;
}

export interface Composed {
  /** Nothing may change: the caller answers FATAL. */
  fatal: boolean;
  findings: Finding[];
  objects: Record<string, { manifest: Manifest; ready: boolean }>;
  conditions: Condition[];
  status: Record<string, unknown>;
  ready: boolean;
  /** Ask the API server for its schema of a Deployment and call again. */
  needsPodSchema: boolean;
  /** Ask the API server whether it serves KEDA's kinds and call again. */
  needsScaler: boolean;
  /** Look for these and call again: what stands where an object would be made must not be taken over by accident. */
  unseen: Partial<Record<keyof Existing, ObjectReference>>;
  ttlSeconds: number;
}

/** Everything that was decided about an actor before anyone looked at how its objects are doing. */
export interface Rendered {
  object: ActorObject;
  plan: ActorPlan;
  transportPlan: TransportPlan;
  manifests: Record<string, Manifest>;
  /** Undefined where nobody asked for it. */
  redrive: Redrive | undefined;
  findings: Finding[];
}
