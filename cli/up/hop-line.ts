import type { Hop } from "./journey.ts";

/** One line: when, which envelope, where, what. */
export function hopLine({ id, actor, text }: Hop, time: Date, width: { id: number; actor: number }): string {
  return `${clock(time)}  ${id.padEnd(width.id)}  ${actor.padEnd(width.actor)}  ${text}`;
}

function clock(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = `${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  return `${two(time.getHours())}:${two(time.getMinutes())}:${seconds}`;
}
