/** Settings from an environment: text -> value, or an error that names the variable and the text. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that does not parse or does not fit: stops the program. */
export class SettingError extends Error {
  override readonly name = "SettingError";
  readonly variable: string;

  constructor(variable: string, problem: string, options?: ErrorOptions) {
    super(`${variable} ${problem}`, options);
    this.variable = variable;
  }
}

/** The variable's text; undefined where it is unset or empty, as Kubernetes users mean it. */
export function textOf(env: Environment, name: string): string | undefined {
  const text = env[name];
  return text === undefined || text === "" ? undefined : text;
}

export function requiredText(env: Environment, name: string): string {
  const text = textOf(env, name);
  if (text === undefined) throw new SettingError(name, "must be set");
  return text;
}

export function integerOf(name: string, text: string, min: number, max: number): number {
  const value = /^[+-]?[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new SettingError(name, `must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`);
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** @see https://pkg.go.dev/strconv#ParseBool whose words Asya 0.1 took */
export function booleanOf(name: string, text: string): boolean {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw new SettingError(name, `must be true or false, got ${JSON.stringify(text)}`);
}

export function choiceOf<Choice extends string>(
  name: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const match = choices.find((choice) => choice === text);
  if (match !== undefined) return match;
  throw new SettingError(name, `must be one of ${choices.join(", ")}, got ${JSON.stringify(text)}`);
}

const GO_UNIT_MS = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 36e5 } as const;
const GO_PART = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)/gy;

/**
 * Whole milliseconds of a duration in Go's notation, such as `300ms`, `1.5h` or `1m30s`; not negative.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function goDurationMs(name: string, text: string): number {
  if (text === "0") return 0;
  const parts = [...text.matchAll(GO_PART)];
  const matched = parts.reduce((length, [part]) => length + part.length, 0);
  if (parts.length === 0 || matched !== text.length) {
    throw new SettingError(name, `must be a duration such as 1m30s or 500ms, got ${JSON.stringify(text)}`);
  }
  const sum = parts.reduce(
    (ms, [, number, unit]) => ms + Number(number) * GO_UNIT_MS[unit as keyof typeof GO_UNIT_MS],
    0,
  );
  return Math.round(sum);
}

export function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SettingError(name, `must be JSON, got ${JSON.stringify(text.slice(0, 60))}`, { cause });
  }
}

export function urlOf(name: string, text: string, protocols: readonly string[]): URL {
  const url = URL.parse(text);
  if (url !== null && protocols.includes(url.protocol)) return url;
  const wanted = protocols.map((protocol) => `${protocol}//`).join(" or ");
  // A URL may hold a password.
  throw new SettingError(name, `must be a URL that starts with ${wanted}`);
}
