/** At most so many UTF-16 units of a text, and three dots where that is not all. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`.toWellFormed();
}
