import { attributesOf } from "../../../transports/sqs/client-declare.ts";
import type { Kind } from "../kubernetes.ts";
import type { Iam } from "./iam.ts";
import type { Sqs } from "./sqs.ts";

export type Provided = Record<string, unknown>;

/** One kind of managed objects. Both may be repeated; what they throw is what AWS said. */
export interface Controller {
  kind: Kind;
  /** @param name - the external name. */
  make(name: string, provided: Provided): Promise<void>;
  unmake(name: string, provided: Provided): Promise<void>;
}

/** @param sqs - of all queues. */
export function queueController(sqs: Sqs): Controller {
  return {
    kind: "queues.sqs.aws.m.upbound.io",
    make: async (_, provided) => {
      const name = String(provided["name"]);
      const attributes = attributesOf(provided);
      if ((await sqs.queues()).includes(name)) await sqs.setAttributes(name, attributes);
      else await sqs.create(name, attributes, provided["tags"] as Record<string, string>);
    },
    unmake: async (_, provided) => {
      const name = String(provided["name"]);
      if ((await sqs.queues()).includes(name)) await sqs.remove(name);
    },
  };
}

export function roleController(iam: Iam): Controller {
  return {
    kind: "roles.iam.aws.m.upbound.io",
    make: async (RoleName, { assumeRolePolicy, path }) => {
      const document = String(assumeRolePolicy);
      if ((await iam.roles()).includes(RoleName))
        await iam.call({ Action: "UpdateAssumeRolePolicy", RoleName, PolicyDocument: document });
      else
        await iam.call({
          Action: "CreateRole",
          RoleName,
          Path: String(path),
          AssumeRolePolicyDocument: document,
        });
    },
    unmake: async (RoleName) => {
      if (!(await iam.roles()).includes(RoleName)) return;
      for (const PolicyName of await iam.policyNames(RoleName))
        await iam.call({ Action: "DeleteRolePolicy", RoleName, PolicyName });
      await iam.call({ Action: "DeleteRole", RoleName });
    },
  };
}

export function rolePolicyController(iam: Iam): Controller {
  return {
    kind: "rolepolicies.iam.aws.m.upbound.io",
    make: async (PolicyName, { policy, role }) => {
      const PolicyDocument = String(policy);
      await iam.call({ Action: "PutRolePolicy", RoleName: String(role), PolicyName, PolicyDocument });
    },
    unmake: async (PolicyName, { role }) => {
      const RoleName = String(role);
      const there = (await iam.roles()).includes(RoleName) ? await iam.policyNames(RoleName) : [];
      if (there.includes(PolicyName)) await iam.call({ Action: "DeleteRolePolicy", RoleName, PolicyName });
    },
  };
}
