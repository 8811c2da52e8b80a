import type { EnvVar, Manifest, Observed } from "../../core/manifest.ts";
import { deadLetterQueueName, END_ACTORS, queueName } from "../../core/names.ts";
import type { ActorView } from "../contract.ts";
import type { RabbitmqPlatform } from "./defaults.ts";
import { rabbitmqObject } from "./queue.ts";

const NOTHING = "^$";

/** Exchange of the platform's delay queues (compositions/platform): retries wait there. */
export function delayExchange(exchange: string): string {
  return `${exchange}-delay`;
}

/**
 * The actor's own user and what it may do, where the platform asks for one.
 *
 * n.b. Permission.userReference cannot be used: the operator then makes the User controller of the Permission, which
 * Crossplane already is, and never grants anything. The user's name is random and known from the User's status only, so
 * the permissions join once that is observed.
 */
export function accessObjects(
  platform: RabbitmqPlatform,
  actor: ActorView,
  observed: Readonly<Record<string, Observed>>,
): Record<string, Manifest> {
  if (platform.access !== "perActor") return {};
  const name = queueName(actor.name);
  const objects: Record<string, Manifest> = {
    "rabbitmq-user": rabbitmqObject("User", name, {
      // KEDA reads the queue's depth as this user, and the management API admits nobody without a tag.
      tags: ["management"],
      rabbitmqClusterReference: platform.clusterReference,
    }),
  };
  const user = userName(observed);
  if (user === undefined) return objects;
  const grant = { user, vhost: platform.vhost, rabbitmqClusterReference: platform.clusterReference };
  objects["rabbitmq-permission"] = rabbitmqObject("Permission", name, {
    ...grant,
    permissions: {
      configure: NOTHING,
      read: exactly(actor.redriving === true ? [name, deadLetterQueueName(name)] : [name]),
      write: exactly(writableExchanges(platform, actor)),
    },
  });
  objects["rabbitmq-topic-permission"] = rabbitmqObject("TopicPermission", name, {
    ...grant,
    permissions: { exchange: platform.exchange, read: NOTHING, write: routingKeys(actor) },
  });
  return objects;
}

/** What the sidecar logs in with. */
export function credentials(
  platform: RabbitmqPlatform,
  actor: ActorView,
): { username: EnvVar; password: EnvVar } {
  const usernameVariable = "ASYA_RABBITMQ_USERNAME";
  const passwordVariable = "ASYA_RABBITMQ_PASSWORD";
  if (platform.access === "perActor") {
    const secret = userSecretName(actor);
    return {
      username: { name: usernameVariable, valueFrom: { secretKeyRef: { name: secret, key: "username" } } },
      password: { name: passwordVariable, valueFrom: { secretKeyRef: { name: secret, key: "password" } } },
    };
  }
  const { passwordSecretRef } = platform;
  return {
    username: { name: usernameVariable, value: platform.username },
    password: passwordSecretRef
      ? { name: passwordVariable, valueFrom: { secretKeyRef: { ...passwordSecretRef } } }
      : { name: passwordVariable, value: "guest" },
  };
}

/** The Secret that the topology operator makes for a User. */
export function userSecretName(actor: ActorView): string {
  return `${queueName(actor.name)}-user-credentials`;
}

function userName(observed: Readonly<Record<string, Observed>>): string | undefined {
  const candidates = [
    observed["rabbitmq-user"]?.status?.["username"],
    observed["rabbitmq-permission"]?.spec?.["user"],
    observed["rabbitmq-topic-permission"]?.spec?.["user"],
  ];
  return candidates.find(
    (candidate): candidate is string => typeof candidate === "string" && candidate !== "",
  );
}

/**
 * The delay exchange is a headers exchange, for which the broker knows no topic permission: who may write there can reach
 * every actor. So an actor that names its successors does not, and its sidecar waits itself.
 */
function writableExchanges(platform: RabbitmqPlatform, actor: ActorView): string[] {
  return actor.sendTo === undefined
    ? [platform.exchange, delayExchange(platform.exchange)]
    : [platform.exchange];
}

function routingKeys(actor: ActorView): string {
  if (actor.sendTo === undefined) return ".*";
  return exactly([...new Set([...actor.sendTo, actor.name, ...END_ACTORS])].sort());
}

function exactly(names: readonly string[]): string {
  const escaped = names.map((name) => name.replaceAll(/[.\\+*?[^\]$(){}=!<>|:#]/g, "\\$&"));
  return escaped.length === 1 ? `^${escaped[0]}$` : `^(${escaped.join("|")})$`;
}
