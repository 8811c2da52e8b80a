import { afterAll, beforeAll, expect, test } from "vitest";
import { isAllowed, type PolicyDocument, rightsOver, SQS_ACTIONS, READ, SEND } from "../../iam-evaluation.ts";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { AwsWorld, CLOSING_MS, ROLES } from "./world.ts";

const ACTORS = { "to-anybody": undefined, "to-one": ["to-nobody"], "to-nobody": [] } as const;
let aws: AwsWorld;
beforeAll(async () => {
  aws = await AwsWorld.open();
  for (const [name, sendTo] of Object.entries(ACTORS)) {
    const access = sendTo === undefined ? {} : { access: { sendTo } };
    const spec = { scaling: {}, deletion: { messages: "Retain" }, ...access };
    aws.commit(name, spec, { workload: { replicas: 0 } });
  }
});
afterAll(async () => await aws.close(), CLOSING_MS);

const OWN = [...READ, "sqs:SendMessage"];
const ENDS = { "happy-end": SEND, "error-end": SEND };

test.each([
  [
    "to-anybody",
    { "to-anybody": OWN, "to-anybody-dlq": SEND, "to-one": SEND, "to-one-dlq": SEND, "to-nobody": SEND },
  ],
  ["to-one", { "to-one": OWN, "to-one-dlq": SEND, "to-nobody": SEND }],
  ["to-nobody", { "to-nobody": OWN }],
])("the role that IAM has for %s allows what its access says, and nothing else", async (name, others) => {
  await aws.actors.reaches(name, "Napping", 120_000);
  const role = await roleOf(name);
  const [policy, ...more] = await aws.iam.policyNames(role);
  expect(more).toEqual([]);
  const document = (await aws.iam.policy(role, policy ?? "")) as PolicyDocument;
  const expected: Record<string, string[]> = { [`${name}-dlq`]: SEND, ...ENDS, ...others };
  if (name === "to-anybody") expected["to-nobody-dlq"] = SEND;
  const queues = [...Object.keys(ACTORS).flatMap((actor) => [actor, `${actor}-dlq`]), ...Object.keys(ENDS)];
  const strange = [
    aws.arn("to-nobody").replace(aws.place.accountId, "210987654321"),
    aws.arn("to-nobody").replace("_to-nobody", "-b_to-nobody"),
    `arn:aws:iam::${aws.place.accountId}:role/asya/${role}`,
    "*",
  ];
  const rights = rightsOver(
    document,
    [...SQS_ACTIONS, "iam:PutRolePolicy", "sts:AssumeRole"],
    [...queues.map((queue) => aws.arn(queue)), ...strange],
  );
  expect(rights).toEqual(
    Object.fromEntries(Object.entries(expected).map(([queue, actions]) => [aws.arn(queue), actions])),
  );
  tell(`${role}: ${Object.keys(expected).length} queues, and nothing else`);
});

test("only pods of the actor's ServiceAccount may take the role, which lies at the platform's path", async () => {
  const role = await aws.iam.role(await roleOf("to-one"));
  expect(role.path).toBe("/asya/");
  const { namespace } = aws.actors.kubernetes;
  expect(role.trust).toMatchObject({
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            "oidc.eks.eu-central-1.amazonaws.com/id/E2E:sub": `system:serviceaccount:${namespace}:asya-to-one`,
          },
        },
      },
    ],
  });
  const account = JSON.parse(
    aws.actors.kubernetes.kubectl(["get", "serviceaccount", "asya-to-one", "-o", "json"]),
  ) as { metadata: unknown };
  expect(at(account.metadata, "annotations", "eks.amazonaws.com/role-arn")).toBe(role.arn);
});

test("an edit of access.sendTo is in IAM at once, under the same role", async () => {
  const role = await roleOf("to-nobody");
  aws.actors.edit("to-nobody", { access: { sendTo: ["to-one"] } });
  const [policy = ""] = await aws.iam.policyNames(role);
  await until(
    "the new right",
    async () => (await aws.iam.policy(role, policy)) as PolicyDocument,
    (document) => isAllowed(document, "sqs:SendMessage", aws.arn("to-one")),
  );
  expect(await roleOf("to-nobody")).toBe(role);
});

test("with their actor role and policy go from IAM, whatever becomes of the queues", async () => {
  const role = await roleOf("to-one");
  await aws.actors.remove("to-one");
  await until(
    "the role is gone",
    () => aws.iam.roles(),
    (roles) => !roles.includes(role),
  );
  expect(await aws.sqs.queues()).toEqual(expect.arrayContaining(["to-one", "to-one-dlq"]));
});

async function roleOf(actor: string): Promise<string> {
  const role = await aws.actors.kubernetes.get(ROLES, `asya-${actor}`);
  return String(at(role.metadata, "annotations", "crossplane.io/external-name"));
}
