import {
  fatal,
  Severity,
  to,
  type RunFunctionRequest,
  type RunFunctionResponse,
} from "@crossplane-org/function-sdk-typescript";
import type { Outcome } from "./metrics.ts";

/** Promises are for tests and tools: the actor's own handler answers at once. */
export type Handler = (request: RunFunctionRequest) => RunFunctionResponse | Promise<RunFunctionResponse>;

export interface Answer {
  response: RunFunctionResponse;
  outcome: Outcome;
  /** What the handler threw. */
  error?: unknown;
}

/** The handler's response; where it throws, a FATAL result with the message: Crossplane then changes nothing. */
export async function answer(handler: Handler, request: RunFunctionRequest): Promise<Answer> {
  try {
    const pending = handler(request);
    const response = pending instanceof Promise ? await pending : pending;
    const refused = response.results.some((result) => result.severity === Severity.SEVERITY_FATAL);
    return { response, outcome: refused ? "refused" : "ok" };
  } catch (error) {
    const response = to(request);
    const message = error instanceof Error ? error.message : String(error);
    fatal(
      response,
      `the function failed on this actor: ${message} - this is a defect of the function, its log has the stack`,
    );
    return { response, outcome: "crashed", error };
  }
}

/** Which actor a request is about, for logs: never more than its name. */
export function subjectOf(request: RunFunctionRequest): string {
  const metadata: unknown = request.observed?.composite?.resource?.["metadata"];
  const { namespace = "", name = "" } = (metadata ?? {}) as { namespace?: string; name?: string };
  return `${namespace}/${name}`;
}
