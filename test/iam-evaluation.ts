/** An identity-based policy as IAM stores it. */
export interface PolicyDocument {
  Version: string;
  Statement: readonly Statement[];
}

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action: string | readonly string[];
  Resource: string | readonly string[];
}

const UNDERSTOOD = new Set(["Sid", "Effect", "Action", "Resource"]);

/** What every action of SQS is called in a policy. n.b. A batch needs the right to the single action. */
export const SQS_ACTIONS = [
  "AddPermission",
  "CancelMessageMoveTask",
  "ChangeMessageVisibility",
  "CreateQueue",
  "DeleteMessage",
  "DeleteQueue",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "ListMessageMoveTasks",
  "ListQueueTags",
  "ListQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "RemovePermission",
  "SendMessage",
  "SetQueueAttributes",
  "StartMessageMoveTask",
  "TagQueue",
  "UntagQueue",
].map((name) => `sqs:${name}`);

/**
 * Whether IAM lets the bearer do this: a Deny that fits wins, else one Allow that fits is needed.
 *
 * @throws {Error} at what it does not understand (NotAction, Condition, variables, ...), rather than misjudge it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isAllowed(policy: PolicyDocument, action: string, resource: string): boolean {
  const fitting = policy.Statement.filter((statement) => fits(statement, action, resource));
  return fitting.some(({ Effect }) => Effect === "Allow") && !fitting.some(({ Effect }) => Effect === "Deny");
}

/** By resource, what may be done with it; resources with which nothing may be done are left out. */
export function rightsOver(
  policy: PolicyDocument,
  actions: readonly string[],
  resources: readonly string[],
): Record<string, string[]> {
  const rights = resources.map((resource): [string, string[]] => [
    resource,
    actions.filter((action) => isAllowed(policy, action, resource)),
  ]);
  return Object.fromEntries(rights.filter(([, allowed]) => allowed.length > 0));
}

function fits(statement: Statement, action: string, resource: string): boolean {
  const strange = Object.keys(statement).filter((key) => !UNDERSTOOD.has(key));
  if (strange.length > 0) throw new Error(`this evaluation does not know ${strange.join(", ")}`);
  // n.b. Actions are compared without regard to case, resources with it.
  return (
    [statement.Action].flat().some((pattern) => expressionOf(pattern, "i").test(action)) &&
    [statement.Resource].flat().some((pattern) => expressionOf(pattern, "").test(resource))
  );
}

function expressionOf(text: string, flags: string): RegExp {
  if (text.includes("${")) throw new Error(`this evaluation knows no policy variables: ${text}`);
  const source = text
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, `s${flags}`);
}

/** What a role may do with its actor's own queue. */
export const READ = [
  "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessage",
  "sqs:GetQueueAttributes",
  "sqs:GetQueueUrl",
  "sqs:ReceiveMessage",
];
/** What it may do with another's. */
export const SEND = ["sqs:GetQueueUrl", "sqs:SendMessage"];
