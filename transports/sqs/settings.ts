import { type Environment, integerOf, SettingError, textOf, urlOf } from "../../core/env.ts";
import type { EnvVar } from "../../core/manifest.ts";
import type { SqsPlatform } from "./defaults.ts";

/** What a client needs besides credentials, which the AWS SDK finds itself. */
export interface SqsSettings {
  region: string;
  /** undefined = AWS. */
  endpoint: string | undefined;
  visibilityTimeoutSeconds: number;
  waitTimeSeconds: number;
  /** Only `{actor}` is left to fill in. */
  queueTemplate: string;
}

/**
 * The sidecar's environment; `fromEnv` reads it back.
 *
 * @param queueTemplate - only `{actor}` is left to fill in.
 */
export function toEnv(platform: SqsPlatform, visibilitySeconds: number, queueTemplate: string): EnvVar[] {
  const { credentials } = platform;
  return [
    { name: "ASYA_AWS_REGION", value: platform.region },
    ...(platform.endpoint === undefined ? [] : [{ name: "ASYA_SQS_ENDPOINT", value: platform.endpoint }]),
    { name: "ASYA_SQS_QUEUE_TEMPLATE", value: queueTemplate },
    { name: "ASYA_SQS_VISIBILITY_TIMEOUT", value: String(visibilitySeconds) },
    { name: "ASYA_SQS_WAIT_TIME_SECONDS", value: String(platform.waitSeconds) },
    ...(credentials === undefined
      ? []
      : [
          { name: "AWS_ACCESS_KEY_ID", valueFrom: { secretKeyRef: { ...credentials.accessKeyIdSecretRef } } },
          {
            name: "AWS_SECRET_ACCESS_KEY",
            valueFrom: { secretKeyRef: { ...credentials.secretAccessKeySecretRef } },
          },
        ]),
  ];
}

/** @throws {SettingError} for the first variable that does not parse. */
export function fromEnv(env: Environment): SqsSettings {
  const endpoint = textOf(env, "ASYA_SQS_ENDPOINT");
  if (endpoint !== undefined) urlOf("ASYA_SQS_ENDPOINT", endpoint, ["http:", "https:"]);
  return {
    region: regionOf(env),
    endpoint,
    visibilityTimeoutSeconds: seconds(env, "ASYA_SQS_VISIBILITY_TIMEOUT", 300, 43_200),
    waitTimeSeconds: seconds(env, "ASYA_SQS_WAIT_TIME_SECONDS", 20, 20),
    queueTemplate: templateOf(env),
  };
}

function regionOf(env: Environment): string {
  const variable = "ASYA_AWS_REGION";
  const region = textOf(env, variable) ?? "us-east-1";
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(region)) return region;
  throw new SettingError(variable, `must be a region such as eu-central-1, got ${JSON.stringify(region)}`);
}

/** Whole seconds; unset = the fallback. */
function seconds(env: Environment, name: string, fallback: number, max: number): number {
  const text = textOf(env, name);
  return text === undefined ? fallback : integerOf(name, text, 0, max);
}

function templateOf(env: Environment): string {
  const variable = "ASYA_SQS_QUEUE_TEMPLATE";
  const template = textOf(env, variable) ?? "asya-{actor}";
  if (!/^([A-Za-z0-9_-]|\{(actor|namespace|cluster)\})+$/.test(template) || !template.includes("{actor}")) {
    const problem = "must hold {actor}, and else letters, digits, -, _, {namespace} and {cluster}";
    throw new SettingError(variable, `${problem}, got ${JSON.stringify(template)}`);
  }
  const filling = { "{namespace}": "ASYA_NAMESPACE", "{cluster}": "ASYA_CLUSTER" };
  return Object.entries(filling).reduce((filled, [placeholder, name]) => {
    if (!filled.includes(placeholder)) return filled;
    const value = textOf(env, name);
    if (value === undefined) throw new SettingError(name, `must be set: ${variable} uses ${placeholder}`);
    return filled.replaceAll(placeholder, value);
  }, template);
}
