/** A Lease of coordination.k8s.io as far as an election needs it. */
export interface Lease {
  apiVersion: "coordination.k8s.io/v1";
  kind: "Lease";
  metadata: { name: string; namespace: string; resourceVersion?: string };
  spec?: LeaseSpec;
}

export interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

/** The holder's word as it was seen last, and when, by our own clock: clocks of two machines are never compared. */
export interface Sighting {
  record: string;
  seenAtMs: number;
}

export function sight(lease: Lease, before: Sighting | undefined, nowMs: number): Sighting {
  const record = JSON.stringify([
    lease.spec?.holderIdentity,
    lease.spec?.renewTime,
    lease.spec?.leaseTransitions,
  ]);
  return before?.record === record ? before : { record, seenAtMs: nowMs };
}

/** Whether `me` holds the lease, or may take it: it is free, or its holder did not renew it for as long as it promised to. */
export function mayHold(lease: Lease, me: string, sighting: Sighting, nowMs: number): boolean {
  const { holderIdentity = "", leaseDurationSeconds = 0 } = lease.spec ?? {};
  if (holderIdentity === "" || holderIdentity === me) return true;
  return nowMs >= sighting.seenAtMs + leaseDurationSeconds * 1_000;
}

export function heldBy(lease: Lease, me: string, durationSeconds: number, now: Date): Lease {
  const { holderIdentity, acquireTime, leaseTransitions = 0 } = lease.spec ?? {};
  const renewed = holderIdentity === me;
  return {
    ...lease,
    spec: {
      holderIdentity: me,
      leaseDurationSeconds: durationSeconds,
      acquireTime: renewed && acquireTime !== undefined ? acquireTime : microTime(now),
      renewTime: microTime(now),
      leaseTransitions: renewed || holderIdentity === undefined ? leaseTransitions : leaseTransitions + 1,
    },
  };
}

/** What the next one may take at once. */
export function released(lease: Lease, now: Date): Lease {
  const { leaseTransitions = 0 } = lease.spec ?? {};
  return {
    ...lease,
    spec: {
      holderIdentity: "",
      leaseDurationSeconds: 1,
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions,
    },
  };
}

/** n.b. The API server refuses a MicroTime without six digits of a second. */
function microTime(time: Date): string {
  return time.toISOString().replace("Z", "000Z");
}
