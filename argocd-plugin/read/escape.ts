/**
 * n.b. go-yaml refuses these or ends a line at them, unless they are escapes in double quotes. Argo CD reads JSON lines as
 * YAML, too.
 */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const NOT_RAW = /[\r\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

export function needsEscapes(text: string): boolean {
  return text.search(NOT_RAW) !== -1;
}

/** Of JSON, or YAML in which only double-quoted scalars hold such characters. */
export function escaped(text: string): string {
  return text.replace(NOT_RAW, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
