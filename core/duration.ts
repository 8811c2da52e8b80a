const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * Milliseconds of a duration as actors write it: a number of seconds (`30`, `0.5`) or text such as `90s`, `5m`, `250ms`, `1h`.
 *
 * @returns undefined where `value` is neither.
 */
export function durationMs(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value * 1_000 : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^([0-9]{1,12})(ms|s|m|h)$/.exec(value);
  return match === null ? undefined : Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** A duration in Go's notation, in the largest unit that divides it: `5m`, `90s`, `1500ms`. */
export function goDuration(milliseconds: number): string {
  for (const unit of ["h", "m", "s"] as const) {
    if (milliseconds >= UNIT_MS[unit] && milliseconds % UNIT_MS[unit] === 0)
      return `${milliseconds / UNIT_MS[unit]}${unit}`;
  }
  return milliseconds === 0 ? "0s" : `${Math.round(milliseconds)}ms`;
}
