import { connectRabbitmq } from "../../transports/rabbitmq/client.ts";
import { fromEnv } from "../../transports/rabbitmq/settings.ts";
import type { MessageTransport } from "../../transports/messages.ts";
import { credentials, type Place } from "./place.ts";

/** RabbitMQ as its operator sees it: one vhost for a run. */
export class Broker {
  readonly vhost: string;
  readonly #place: Place;

  constructor(place: Place, vhost: string) {
    this.#place = place;
    this.vhost = vhost;
  }

  async create(): Promise<void> {
    const { username } = credentials(this.#place);
    await this.#call("PUT", `vhosts/${this.vhost}`, {});
    await this.#call("PUT", `permissions/${this.vhost}/${encodeURIComponent(username)}`, {
      configure: ".*",
      write: ".*",
      read: ".*",
    });
  }

  /** With all that lies in it. */
  async remove(): Promise<void> {
    await this.#call("DELETE", `vhosts/${this.vhost}`);
  }

  /** @param login - default: the operator's, who may do everything. */
  async connect(
    actor?: string,
    login = credentials(this.#place),
    onProblem?: (problem: Error) => void,
  ): Promise<MessageTransport> {
    const { hostname, port } = new URL(this.#place.brokerHere);
    const { username, password } = login;
    const settings = fromEnv({
      ASYA_RABBITMQ_HOST: hostname,
      ASYA_RABBITMQ_PORT: port || "5672",
      ASYA_RABBITMQ_VHOST: this.vhost,
      ASYA_RABBITMQ_USERNAME: username,
      ASYA_RABBITMQ_PASSWORD: password,
    });
    return await connectRabbitmq(settings, { actor, ...(onProblem === undefined ? {} : { onProblem }) });
  }

  async queues(): Promise<string[]> {
    const queues = (await this.#call("GET", `queues/${this.vhost}?columns=name`)) as { name: string }[];
    return queues.map(({ name }) => name).toSorted();
  }

  /** With what lies in it. */
  async removeQueue(queue: string): Promise<void> {
    await this.#call("DELETE", `queues/${this.vhost}/${queue}`);
  }

  /** How many messages a queue holds, those in hand among them. n.b. the broker counts every 5 s. */
  async depth(queue: string): Promise<number> {
    const found = (await this.#call("GET", `queues/${this.vhost}/${queue}`)) as { messages?: number };
    return found.messages ?? 0;
  }

  /** As somebody made it before the actor. */
  async declareQueue(queue: string, settings: object): Promise<void> {
    await this.#call("PUT", `queues/${this.vhost}/${queue}`, settings);
  }

  /** Behind the back of its operator. */
  async deleteQueue(queue: string): Promise<void> {
    await this.#call("DELETE", `queues/${this.vhost}/${queue}`);
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const { managementHere } = this.#place;
    const { username, password } = credentials(this.#place);
    const response = await fetch(new URL(`/api/${path}`, managementHere), {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} on ${managementHere}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
