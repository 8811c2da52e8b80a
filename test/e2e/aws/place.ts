/** SQS and IAM as both this machine and pods reach them. */
export interface AwsPlace {
  endpoint: string;
  region: string;
  accountId: string;
  keys: { accessKeyId: string; secretAccessKey: string };
}

/** n.b. moto of ../shared/cluster takes any keys, and everything belongs to this account. */
export function awsPlaceFrom(env: NodeJS.ProcessEnv): AwsPlace {
  return {
    endpoint: env["E2E_AWS_ENDPOINT"] ?? "http://10.245.0.1:5000",
    region: "eu-central-1",
    accountId: "123456789012",
    keys: { accessKeyId: "test", secretAccessKey: "test" },
  };
}

export async function answers({ endpoint }: AwsPlace): Promise<boolean> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(3_000) });
    return true;
  } catch {
    return false;
  }
}
