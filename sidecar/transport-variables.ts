import type { Variable } from "./variable.ts";

type Words = Pick<Variable<unknown>, "name" | "type" | "fallback" | "doc">;

const row = (name: string, type: string, fallback: string | undefined, doc: string): Words => ({
  name,
  type,
  fallback,
  doc,
});

/** What `transports/<name>/settings.ts` reads, in words. */
export const TRANSPORT_VARIABLES: Readonly<Record<string, readonly Words[]>> = {
  rabbitmq: [
    row(
      "ASYA_RABBITMQ_URL",
      "`amqp://` or `amqps://` URL",
      undefined,
      "instead of the single variables below",
    ),
    row("ASYA_RABBITMQ_HOST", "host", "localhost", "the broker"),
    row("ASYA_RABBITMQ_PORT", "1 to 65535", "5672; 5671 with TLS", "its port"),
    row("ASYA_RABBITMQ_VHOST", "text", "/", "virtual host"),
    row("ASYA_RABBITMQ_USERNAME", "text", "guest", "user"),
    row("ASYA_RABBITMQ_PASSWORD", "text", "guest", "password"),
    row("ASYA_RABBITMQ_EXCHANGE", "text", "asya", "topic exchange that messages are sent to"),
    row(
      "ASYA_RABBITMQ_PREFETCH",
      "1 to 65535",
      undefined,
      "messages in hand; unset = follows handlers' times",
    ),
    row("ASYA_RABBITMQ_TLS", "`enable` or `disable`", "enable with files below, else disable", "TLS"),
    row("ASYA_RABBITMQ_CA_FILE", "file", undefined, "certificate authorities (PEM); unset = the system's"),
    row("ASYA_RABBITMQ_CERT_FILE", "file", undefined, "client certificate (PEM)"),
    row("ASYA_RABBITMQ_KEY_FILE", "file", undefined, "its key (PEM)"),
  ],
  sqs: [
    row("ASYA_AWS_REGION", "text", "us-east-1", "region"),
    row("ASYA_SQS_ENDPOINT", "URL", undefined, "instead of AWS's own endpoint"),
    row(
      "ASYA_SQS_VISIBILITY_TIMEOUT",
      "0 to 43200",
      "300",
      "seconds that a message is hidden, unless extended",
    ),
    row("ASYA_SQS_WAIT_TIME_SECONDS", "0 to 20", "20", "seconds of one long poll"),
    row(
      "ASYA_SQS_QUEUE_TEMPLATE",
      "text with `{actor}`",
      "asya-{actor}",
      "queue of an actor; may hold `{namespace}` and `{cluster}`",
    ),
  ],
  local: [row("ASYA_LOCAL_FILE", "file", undefined, "the queues of this machine; required")],
};
