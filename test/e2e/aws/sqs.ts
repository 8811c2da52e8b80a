import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { connectSqs, sqsClient } from "../../../transports/sqs/client.ts";
import { fromEnv } from "../../../transports/sqs/settings.ts";
import type { MessageTransport } from "../../../transports/messages.ts";
import type { AwsPlace } from "./place.ts";

/** SQS as its operator sees it: the queues whose names begin with a prefix. */
export class Sqs {
  readonly #place: AwsPlace;
  readonly #prefix: string;
  readonly #client: SQSClient;

  constructor(place: AwsPlace, prefix: string) {
    this.#place = place;
    this.#prefix = prefix;
    process.env["AWS_ACCESS_KEY_ID"] = place.keys.accessKeyId;
    process.env["AWS_SECRET_ACCESS_KEY"] = place.keys.secretAccessKey;
    this.#client = sqsClient(place);
  }

  close(): void {
    this.#client.destroy();
  }

  /** Without the prefix. */
  async queues(): Promise<string[]> {
    const { QueueUrls = [] } = await this.#client.send(
      new ListQueuesCommand({ QueueNamePrefix: this.#prefix, MaxResults: 1_000 }),
    );
    return QueueUrls.map((url) => url.slice(url.lastIndexOf("/") + 1 + this.#prefix.length)).toSorted();
  }

  async create(
    name: string,
    Attributes: Record<string, string> = {},
    tags: Record<string, string> = {},
  ): Promise<void> {
    await this.#client.send(new CreateQueueCommand({ QueueName: this.#prefix + name, Attributes, tags }));
  }

  async remove(name: string): Promise<void> {
    await this.#client.send(new DeleteQueueCommand({ QueueUrl: this.#url(name) }));
  }

  async attributes(name: string): Promise<Record<string, string>> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.#url(name), AttributeNames: ["All"] }),
    );
    return Attributes;
  }

  async setAttributes(name: string, Attributes: Record<string, string>): Promise<void> {
    await this.#client.send(new SetQueueAttributesCommand({ QueueUrl: this.#url(name), Attributes }));
  }

  async tags(name: string): Promise<Record<string, string>> {
    const { Tags = {} } = await this.#client.send(new ListQueueTagsCommand({ QueueUrl: this.#url(name) }));
    return Tags;
  }

  /** Messages that wait, are in work or delayed. */
  async depth(name: string): Promise<number> {
    const counts = Object.entries(await this.attributes(name)).filter(([key]) =>
      key.startsWith("ApproximateNumberOfMessages"),
    );
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async connect(actor?: string): Promise<MessageTransport> {
    const settings = fromEnv({
      ASYA_AWS_REGION: this.#place.region,
      ASYA_SQS_ENDPOINT: this.#place.endpoint,
      ASYA_SQS_QUEUE_TEMPLATE: `${this.#prefix}{actor}`,
    });
    return await connectSqs(settings, { actor });
  }

  #url(name: string): string {
    const { endpoint, accountId } = this.#place;
    return `${endpoint}/${accountId}/${this.#prefix}${name}`;
  }
}
