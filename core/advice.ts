/** What controllers say, and what a person does about it. */
export type Advice = readonly (readonly [said: RegExp, fix: string])[];

/** A controller's own words, and after them what to do where that is known: the first pattern that matches. */
export function withAdvice(message: string, advice: Advice): string {
  const fix = advice.find(([said]) => said.test(message))?.[1];
  return fix === undefined ? message : `${message} - ${fix}`;
}
