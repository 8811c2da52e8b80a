import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { Mark, Sides } from "./rule.ts";
import type { Rendered } from "./side.ts";

const ROLE = "eks.amazonaws.com/role-arn";

export function widenedSendTo({ before, after }: Sides): Mark[] {
  const [old, now] = [sendTo(before.rendered), sendTo(after.rendered)];
  if (old === undefined) return [];
  if (now === undefined)
    return [{ code: "R008", message: `may send to any actor (before: ${old.join(", ") || "to none"})` }];
  const more = now.filter((name) => !old.includes(name));
  return more.length === 0 ? [] : [{ code: "R008", message: `may send to ${more.join(", ")}, too` }];
}

/** IAM statements that allow what none before did; what `access.sendTo` brings is told there. */
export function widenedPolicy({ before, after }: Sides): Mark[] {
  if (widenedSendTo({ before, after }).length > 0) return [];
  const [old, now] = [rights(before.rendered), rights(after.rendered)];
  if (now.length === 0 || old.length === 0) return [];
  const more = now.filter((right) => !old.some((known) => covers(known, right)));
  if (more.length === 0) return [];
  const list = more.map(({ action, resource }) => `${action} on ${resource}`).join(", ");
  return [{ code: "R008", message: `its IAM policy allows more: ${list}` }];
}

/** Another identity may do other things, and only its owner knows which. */
export function changedIdentity({ before, after }: Sides): Mark[] {
  const [old, now] = [identity(before.rendered), identity(after.rendered)];
  const marks: Mark[] = [];
  for (const [what, name] of Object.entries(now))
    if (name !== old[what])
      marks.push({
        code: "R008",
        message: `${what} ${old[what] ?? "none"} -> ${name}: it may have other rights`,
      });
  if ("rabbitmq-user" in before.rendered.objects && !("rabbitmq-user" in after.rendered.objects))
    marks.push({
      code: "R008",
      message: "gives up its own broker user for the platform's, which may do everything",
    });
  return marks;
}

interface Right {
  action: string;
  resource: string;
}

function rights({ objects }: Rendered): Right[] {
  const spec = objects["iam-policy"]?.["spec"];
  const provider = isObject(spec) ? spec["forProvider"] : undefined;
  const text = isObject(provider) ? provider["policy"] : undefined;
  if (typeof text !== "string") return [];
  const policy = JSON.parse(text) as {
    Statement: { Action: string | string[]; Resource: string | string[] }[];
  };
  return policy.Statement.flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource }))),
  );
}

/** n.b. In IAM * stands for any text, slashes included. */
function covers(known: Right, right: Right): boolean {
  const pattern = known.resource.split("*").map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return known.action === right.action && new RegExp(`^${pattern.join(".*")}$`).test(right.resource);
}

function identity({ objects, plan }: Rendered): Record<string, string> {
  const account = plan.actor.spec.workload.template.spec.serviceAccountName;
  const role = roleOf(objects["service-account"]) ?? roleArn(objects["pod-identity"]);
  return {
    ...(account === undefined ? {} : { "service account": account }),
    ...(role === undefined ? {} : { role }),
  };
}

function roleOf(account: Manifest | undefined): string | undefined {
  return account?.metadata.annotations?.[ROLE];
}

function roleArn(association: Manifest | undefined): string | undefined {
  const spec = association?.["spec"];
  const provider = isObject(spec) ? spec["forProvider"] : undefined;
  const arn = isObject(provider) ? provider["roleArn"] : undefined;
  return typeof arn === "string" ? arn : undefined;
}

function sendTo({ plan }: Rendered): readonly string[] | undefined {
  return plan.actor.spec.access?.sendTo;
}
