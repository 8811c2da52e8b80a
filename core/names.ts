/** The container that the user writes and that runs the handler. */
export const RUNTIME_CONTAINER = "asya-runtime";
export const SIDECAR_CONTAINER = "asya-sidecar";
export const INSTALL_CONTAINER = "asya-runtime-install";

export const PLATFORM_NAME = "asya-platform";
export const FLAVOR_LABEL = "asya.sh/flavor";
/** What people and Argo CD actions ask of an AsyncActor: "true", or for a redrive a time. */
export const DRAIN_ANNOTATION = "asya.sh/drain";
export const REDRIVE_ANNOTATION = "asya.sh/redrive";
export const ADOPT_ANNOTATION = "asya.sh/adopt";
/** Of ConfigMaps with the gateway's tools and routes. */
export const TOOLS_LABEL = "asya.sh/tools";

export const END_ACTORS = ["happy-end", "error-end"] as const;

export function isEndActor(actor: string): boolean {
  return (END_ACTORS as readonly string[]).includes(actor);
}

export function queueName(actor: string): string {
  return `asya-${actor}`;
}

export function deadLetterQueueName(queue: string): string {
  return `${queue}-dlq`;
}

export function triggerAuthenticationName(actor: string): string {
  return `${actor}-trigger-auth`;
}

export function flavorRequirement(flavor: string): string {
  return `flavor-${flavor}`;
}
