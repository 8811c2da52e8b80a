import { encodeEnvelope, type Envelope, type Route, routeProblem } from "../core/envelope.ts";
import { attemptOf, HEADER, headerTime, retryHeaders, successorHeaders } from "../core/headers.ts";
import { isExactObject } from "../core/json-exact.ts";
import type { JsonObject } from "../core/json.ts";
import { deadLetterQueueName, queueName } from "../core/names.ts";
import { errorEnvelope } from "./error-envelope.ts";
import { type Failure, failureOf, ownFailure } from "./failure.ts";
import { isRuntimeError, type Reply, type Result } from "./frames.ts";
import { isRetryable, retryDelayMs, type RetryPolicy } from "./retry.ts";

/** One message to send; `to` is an actor. */
export interface Step {
  to: string;
  body: Buffer;
  type: "routing" | "happy_end" | "error_end" | "retry";
  delayMs: number;
}

/** What to do with one handled envelope: send every step, then ack (or dead-letter) it: never the reverse. */
export interface Plan {
  status: "success" | "empty_response" | "retried" | "failed";
  steps: Step[];
  failure: Failure | undefined;
  /** The message itself goes to the dead letters, as its payload had no room at error-end. */
  deadLetter: boolean;
}

export interface Policy {
  actor: string;
  happyEnd: string;
  errorEnd: string;
  /** Actors that it may send to; undefined = any. Its own queue and the end actors always. */
  sendTo: ReadonlySet<string> | undefined;
  retry: RetryPolicy;
  maxMessageBytes: number;
}

/** What a plan depends on besides envelope and policy. */
export interface Moment {
  now: Date;
  /** This hop's span. */
  spanId: string;
  random: () => number;
}

/** What to send for one handled envelope. */
export function nextSteps(
  envelope: Envelope,
  replies: readonly Reply[],
  policy: Policy,
  moment: Moment,
): Plan {
  const error = replies.find(isRuntimeError);
  if (error !== undefined) return failedSteps(envelope, failureOf(error), policy, moment);
  const results = replies as readonly Result[];
  const plan =
    results.length === 0
      ? emptyPlan(envelope, policy, moment)
      : resultPlan(envelope, results, policy, moment);
  if (!("reason" in plan)) return plan;
  return failedSteps(envelope, plan, policy, moment);
}

/** What to send for one failed attempt: a retry where the policy allows one, else an envelope for error-end. */
export function failedSteps(envelope: Envelope, failure: Failure, policy: Policy, moment: Moment): Plan {
  const attempts = attemptOf(envelope.headers);
  const retry = retryStep(envelope, failure, attempts, policy, moment);
  if (retry !== undefined) return { status: "retried", steps: [retry], failure, deadLetter: false };
  const { body, withoutPayload } = errorEnvelope(envelope, failure, {
    attempts,
    spanId: moment.spanId,
    maxBytes: policy.maxMessageBytes,
    deadLetterQueue: deadLetterQueueName(queueName(policy.actor)),
  });
  const step: Step = { to: policy.errorEnd, body, type: "error_end", delayMs: 0 };
  return { status: "failed", steps: [step], failure, deadLetter: withoutPayload };
}

function retryStep(
  envelope: Envelope,
  failure: Failure,
  attempts: number,
  policy: Policy,
  { now, random }: Moment,
): Step | undefined {
  const { retry } = policy;
  if (!failure.mayRetry || attempts >= retry.maxAttempts) return undefined;
  if (!isRetryable(retry, failure.type, failure.mro)) return undefined;
  const delayMs = retryDelayMs(retry, attempts, random);
  const notBefore = new Date(now.getTime() + delayMs);
  const deadline = headerTime(envelope.headers, HEADER.deadline);
  if (deadline instanceof Date && notBefore >= deadline) return undefined;
  const lastError = `${failure.type}: ${failure.message}`.slice(0, 256).toWellFormed();
  const headers = retryHeaders(envelope.headers, { number: attempts + 1, notBefore, lastError });
  const body = encodeEnvelope({ ...envelope.fields, headers }, envelope.payload);
  return body.length > policy.maxMessageBytes
    ? undefined
    : { to: policy.actor, body, type: "retry", delayMs };
}

/** n.b. 0.1: the original envelope, not advanced. */
function emptyPlan(envelope: Envelope, policy: Policy, { spanId }: Moment): Plan | Failure {
  const { id, parentId, route, headers, payload } = envelope;
  const endHeaders = successorHeaders(headers, undefined, spanId, undefined);
  const body = encodeEnvelope({ id, parent_id: parentId, route, headers: endHeaders }, payload);
  const step: Step = { to: policy.happyEnd, body, type: "happy_end", delayMs: 0 };
  if (body.length > policy.maxMessageBytes) return tooLarge(step, policy);
  return { status: "empty_response", steps: [step], failure: undefined, deadLetter: false };
}

function resultPlan(
  envelope: Envelope,
  results: readonly Result[],
  policy: Policy,
  { spanId }: Moment,
): Plan | Failure {
  const steps: Step[] = [];
  for (const [index, result] of results.entries()) {
    const problem = resultProblem(envelope, result);
    if (problem !== undefined) return routingFailure(problem);
    const route = result.route as unknown as Route;
    const next = route.actors[route.current];
    const to = next ?? policy.happyEnd;
    const isEnd = to === policy.happyEnd || to === policy.errorEnd;
    if (!isEnd && to !== policy.actor && policy.sendTo?.has(to) === false) return notAllowed(to, policy);
    const place = isEnd ? undefined : { sender: policy.actor, index, count: results.length };
    const fields = {
      id: index === 0 ? envelope.id : `${envelope.id}-${index}`,
      parent_id: index === 0 ? envelope.parentId : envelope.id,
      route,
      headers: successorHeaders(envelope.headers, result.headers as JsonObject | undefined, spanId, place),
    };
    const body = encodeEnvelope(fields, result.payload ?? Buffer.from("null"));
    const step: Step = { to, body, type: stepType(to, policy), delayMs: 0 };
    if (body.length > policy.maxMessageBytes) return tooLarge(step, policy);
    steps.push(step);
  }
  return { status: "success", steps, failure: undefined, deadLetter: false };
}

function stepType(to: string, { happyEnd, errorEnd }: Policy): Step["type"] {
  return to === happyEnd ? "happy_end" : to === errorEnd ? "error_end" : "routing";
}

/** What is wrong with a result's route or headers; undefined where nothing is. */
function resultProblem({ route: before }: Envelope, { route, headers }: Result): string | undefined {
  const problem = routeProblem(route);
  if (problem !== undefined) return problem;
  const { actors, current } = route as unknown as Route;
  if (current > actors.length) {
    return `route.current is ${current}, but route.actors has ${actors.length} actors`;
  }
  for (let index = 0; index <= before.current; index++) {
    if (actors[index] === before.actors[index]) continue;
    return `route.actors[${index}] was ${JSON.stringify(before.actors[index])} and became ${JSON.stringify(actors[index])}; only later ones may change`;
  }
  const isHeaders = headers === undefined || headers === null || isExactObject(headers);
  return isHeaders ? undefined : "headers must be an object";
}

function routingFailure(problem: string): Failure {
  return ownFailure({
    reason: "routing_error",
    error: "processing_error",
    message: `the handler's result cannot be routed: ${problem}`,
    type: "RouteError",
    mayRetry: true,
  });
}

function notAllowed(to: string, { actor, sendTo }: Policy): Failure {
  const allowed = [...(sendTo ?? [])].join(", ") || "none";
  return ownFailure({
    reason: "validation_error",
    error: "validation_error",
    message: `${actor} may not send to ${JSON.stringify(to)} (spec.access.sendTo allows: ${allowed})`,
    type: "SendNotAllowed",
  });
}

function tooLarge({ to, body }: Step, { maxMessageBytes }: Policy): Failure {
  return ownFailure({
    reason: "transport_error",
    error: "message_too_large",
    message: `the envelope for ${JSON.stringify(to)} has ${body.length} bytes; the transport takes ${maxMessageBytes}: put the data elsewhere and send its address`,
    type: "MessageTooLarge",
  });
}
