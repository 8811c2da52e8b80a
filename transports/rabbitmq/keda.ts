import { SIDECAR_CONTAINER } from "../../core/names.ts";
import type { ActorView, TransportPlan } from "../contract.ts";
import { userSecretName } from "./access.ts";
import type { RabbitmqPlatform } from "./defaults.ts";

/** n.b. Over amqp KEDA sees ready messages only and kills the pod whose message is in work; over http it sees both. */
export function trigger(
  platform: RabbitmqPlatform,
  actor: ActorView,
  queue: string,
): TransportPlan["trigger"] {
  return {
    type: "rabbitmq",
    name: "queueLength",
    metadata: {
      protocol: "http",
      host: kedaHost(platform.managementUrl),
      mode: "QueueLength",
      queueName: queue,
      value: String(actor.queueLength),
      vhostName: platform.vhost,
    },
  };
}

/** KEDA takes the last part of the host's path for the vhost, so a path prefix must end with a slash. */
function kedaHost(managementUrl: string): string {
  const url = managementUrl.replace(/\/+$/, "");
  return /^https?:\/\/[^/]+$/.test(url) ? url : `${url}/`;
}

/** KEDA logs in as the sidecar does. Name and `tls` come from the sidecar's environment, as KEDA has no other place for text. */
export function authentication(platform: RabbitmqPlatform, actor: ActorView): Record<string, unknown> {
  const env: Record<string, string>[] = [];
  const secrets: Record<string, string>[] = [];
  const fromSidecar = (parameter: string, name: string) =>
    env.push({ parameter, name, containerName: SIDECAR_CONTAINER });
  const fromSecret = (parameter: string, name: string, key: string) => secrets.push({ parameter, name, key });

  if (platform.access === "perActor") {
    fromSecret("username", userSecretName(actor), "username");
    fromSecret("password", userSecretName(actor), "password");
  } else {
    fromSidecar("username", "ASYA_RABBITMQ_USERNAME");
    const { passwordSecretRef } = platform;
    if (passwordSecretRef === undefined) fromSidecar("password", "ASYA_RABBITMQ_PASSWORD");
    else fromSecret("password", passwordSecretRef.name, passwordSecretRef.key);
  }
  const { caSecretRef, certSecretRef } = platform;
  // n.b. KEDA reads ca, cert and key only where `tls` is "enable".
  if (caSecretRef !== undefined || certSecretRef !== undefined) fromSidecar("tls", "ASYA_RABBITMQ_TLS");
  if (caSecretRef !== undefined) fromSecret("ca", caSecretRef.name, caSecretRef.key);
  if (certSecretRef !== undefined) {
    fromSecret("cert", certSecretRef.name, "tls.crt");
    fromSecret("key", certSecretRef.name, "tls.key");
  }
  return { ...(env.length > 0 ? { env } : {}), ...(secrets.length > 0 ? { secretTargetRef: secrets } : {}) };
}
