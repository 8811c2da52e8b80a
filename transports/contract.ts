/**
 * What a queue system must bring for rendering. One folder per system: `settings.ts` (the platform's config, both
 * directions: object <-> sidecar's environment), `render.ts` (pure; exports one `Transport`), `client.ts` (messages).
 */
import type { Readiness } from "../core/conditions.ts";
import type { FieldPath, Finding } from "../core/finding.ts";
import type { EnvVar, Manifest, Observed } from "../core/manifest.ts";

/** What a transport needs to know of an effective actor. Times in whole milliseconds. */
export interface ActorView {
  name: string;
  namespace: string;
  processingMs: number;
  /** Messages per replica that KEDA aims at. */
  queueLength: number;
  /** Exact actor names it may send to; undefined = any actor; [] = its own queue and the end actors only. */
  sendTo: readonly string[] | undefined;
  messagesAtDeletion: "Retain" | "Delete";
  /** Its dead letters are being moved back now: only then may it read them. Absent = no. */
  redriving?: boolean;
}

/** One entry of the platform's `transports`, already checked against the transport's `configSchema`. */
export interface TransportInput<Config> {
  actor: ActorView;
  /** The entry's name: what `spec.transport` says. */
  transportName: string;
  config: Config;
  /** The composed objects that exist, by resource key. */
  observed: Readonly<Record<string, Observed>>;
}

/** Everything that one actor gets from its transport. */
export interface TransportPlan {
  queue: string;
  /** The queue's address among all queue systems: two actors of one address would read the same queue. */
  queueAddress: string;
  deadLetterQueue: string | undefined;
  /**
   * Queue and access objects by resource key (SPEC section 8). `metadata` holds the name and what is special
   * (external-name, say): the caller adds namespace, the actor's labels and annotations to every object. Which keys
   * there are depends on actor and config alone; the one exception is an object that its system cannot accept before
   * another one has a status: it joins once that is observed and then stays.
   */
  objects: Record<string, Manifest>;
  /** KEDA's trigger without `authenticationRef`: compose adds that where `authentication` is set. */
  trigger: { type: string; name: string; metadata: Record<string, string> };
  /** `spec` of the TriggerAuthentication; undefined where the trigger needs none. */
  authentication: Record<string, unknown> | undefined;
  sidecarEnv: EnvVar[];
  /** Files for the sidecar alone (certificates): pod volumes and their mounts, read-only. */
  sidecarVolumes: Record<string, unknown>[];
  sidecarVolumeMounts: Record<string, unknown>[];
  serviceAccountName: string | undefined;
  findings: Finding[];
}

export interface Transport<Config> {
  type: string;
  /** JSON Schema of `transports.<name>.config`; unknown keys are errors. Part of the platform's schema. */
  configSchema: object;
  /** What a schema cannot say about a config that fits it, warnings included; said once per platform, not per actor. */
  checkConfig(config: Config, base: FieldPath): Finding[];
  /** Every resource key that it may render, in the order in which people read them; the main queue's key first. */
  keys: readonly string[];
  render(input: TransportInput<Config>): TransportPlan;
  /**
   * Whether the system would refuse this object, which does not exist, because another one is not there yet. It joins once
   * that is observed. Absent = never.
   */
  isPremature?(
    key: string,
    wanted: Readonly<Record<string, unknown>>,
    observed: Readonly<Record<string, Observed>>,
  ): boolean;
  /** Whether one of its objects works, from its controller's conditions. The object was observed. */
  readiness(key: string, object: Observed): Readiness;
}
