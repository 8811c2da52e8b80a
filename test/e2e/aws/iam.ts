import type { AwsPlace } from "./place.ts";

/** IAM over its query API. */
export class Iam {
  readonly #place: AwsPlace;

  constructor(place: AwsPlace) {
    this.#place = place;
  }

  /** The names of all roles. */
  async roles(): Promise<string[]> {
    return all(await this.call({ Action: "ListRoles" }), "RoleName");
  }

  async role(name: string): Promise<{ arn: string; path: string; trust: unknown }> {
    const text = await this.call({ Action: "GetRole", RoleName: name });
    return {
      arn: first(text, "Arn"),
      path: first(text, "Path"),
      trust: documentOf(first(text, "AssumeRolePolicyDocument")),
    };
  }

  async policyNames(role: string): Promise<string[]> {
    return all(await this.call({ Action: "ListRolePolicies", RoleName: role }), "member");
  }

  async policy(role: string, name: string): Promise<unknown> {
    const text = await this.call({ Action: "GetRolePolicy", RoleName: role, PolicyName: name });
    return documentOf(first(text, "PolicyDocument"));
  }

  async call(parameters: Record<string, string>): Promise<string> {
    const { endpoint, keys } = this.#place;
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        // moto finds the service by the credential's scope and checks no signature.
        authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none`,
      },
      body: new URLSearchParams({ ...parameters, Version: "2010-05-08" }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`IAM ${parameters["Action"]} at ${endpoint}: ${response.status} ${text}`);
    return text;
  }
}

function all(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text]) => text ?? "");
}

function first(xml: string, element: string): string {
  const [found] = all(xml, element);
  if (found === undefined) throw new Error(`no ${element} in ${xml}`);
  return found;
}

/** n.b. IAM gives documents URL-encoded. */
function documentOf(text: string): unknown {
  return JSON.parse(decodeURIComponent(text).replaceAll("&quot;", '"'));
}
