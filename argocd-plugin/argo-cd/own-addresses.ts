/**
 * Settings that only the owner of an Argo CD can finish: they need addresses, or are one text with others' entries in it. The
 * addresses are examples.
 */
export function settingsToCopy(): Record<string, unknown[]> {
  return {
    "resource.links": RESOURCE_LINKS,
    "application.links": APPLICATION_LINKS,
    "resource.exclusions": EXCLUSIONS,
  };
}

const IS_ACTOR = 'resource.kind == "AsyncActor"';
const ON = (transport: string) =>
  `${IS_ACTOR} && resource.status?.effective?.transport?.type == "${transport}"`;
const AWS = "https://eu-central-1.console.aws.amazon.com/sqs/v3/home?region=eu-central-1#/queues/";
/** n.b. the console takes a queue's URL, with its slashes escaped. */
const SQS = `${AWS}https%3A%2F%2Fsqs.eu-central-1.amazonaws.com%2F000000000000%2F`;
const RABBITMQ = "https://rabbitmq.example.org/#/queues/%2F/";

const RESOURCE_LINKS = [
  {
    title: "Dashboard",
    "icon.class": "fa-chart-line",
    url: "https://grafana.example.org/d/asya?var-namespace={{.resource.metadata.namespace}}&var-actor={{.resource.metadata.name}}",
    if: IS_ACTOR,
  },
  ...[
    { title: "Queue", field: "queue" },
    { title: "Dead letters", field: "deadLetterQueue" },
  ].flatMap(({ title, field }) =>
    [
      { transport: "rabbitmq", base: RABBITMQ },
      { transport: "sqs", base: SQS },
    ].map(({ transport, base }) => ({
      title,
      "icon.class": "fa-inbox",
      url: `${base}{{.resource.status.effective.${field}}}`,
      if: `${ON(transport)} && (resource.status?.effective?.${field} ?? "") != ""`,
    })),
  ),
];

const APPLICATION_LINKS = [
  {
    title: "Actors' dashboard",
    "icon.class": "fa-chart-line",
    url: "https://grafana.example.org/d/asya?var-namespace={{.app.spec.destination.namespace}}",
    if: 'any(app.status?.resources ?? [], .kind == "AsyncActor")',
  },
];

/** One for each object of a provider, rewritten with it; nobody has them in Git. */
const EXCLUSIONS = [{ apiGroups: ["*"], kinds: ["ProviderConfigUsage"] }];
