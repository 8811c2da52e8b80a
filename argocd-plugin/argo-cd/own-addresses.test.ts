import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findProgram } from "../../test/real-program.ts";
import { OfflineArgoCd } from "./offline-argocd.ts";
import { settingsToCopy } from "./own-addresses.ts";

interface Link {
  title: string;
  url: string;
  if: string;
}

const program = findProgram("argocd");
const links = settingsToCopy();

function actor(effective?: object): object {
  return {
    kind: "AsyncActor",
    metadata: { name: "ocr", namespace: "team" },
    ...(effective && { status: { effective } }),
  };
}

const SQS = "https://eu-central-1.console.aws.amazon.com/sqs/v3/home?region=eu-central-1#/queues/";
const CASES: readonly (readonly [string, object, readonly string[]])[] = [
  [
    "an actor on RabbitMQ",
    actor({ transport: { type: "rabbitmq" }, queue: "asya-ocr", deadLetterQueue: "asya-ocr-dlq" }),
    [
      "https://grafana.example.org/d/asya?var-namespace=team&var-actor=ocr",
      "https://rabbitmq.example.org/#/queues/%2F/asya-ocr",
      "https://rabbitmq.example.org/#/queues/%2F/asya-ocr-dlq",
    ],
  ],
  [
    "an actor on SQS without dead letters",
    actor({ transport: { type: "sqs" }, queue: "asya-ocr" }),
    [
      "https://grafana.example.org/d/asya?var-namespace=team&var-actor=ocr",
      `${SQS}https%3A%2F%2Fsqs.eu-central-1.amazonaws.com%2F000000000000%2Fasya-ocr`,
    ],
  ],
  [
    "an actor without a status",
    actor(),
    ["https://grafana.example.org/d/asya?var-namespace=team&var-actor=ocr"],
  ],
  ["another kind", { kind: "Pod", metadata: { name: "p", namespace: "team" } }, []],
];

describe.skipIf(program === undefined)("links, in the engines of the real Argo CD", () => {
  const argocd = new OfflineArgoCd(program ?? "");
  afterAll(() => argocd.close());

  // n.b. No command of Argo CD shows links offline. Triggers and templates have the same two languages, with `app` for what is
  // `resource` there.
  const shown = (object: object, all: readonly Link[]): string[] =>
    all.flatMap((link) => {
      const inTriggers = (text: string) => text.replaceAll(/\bresource\b(?=\.)/g, "app");
      const settings = {
        "trigger.link": JSON.stringify([{ when: inTriggers(link.if), send: ["link"] }]),
        "template.link": JSON.stringify({ message: inTriggers(link.url) }),
      };
      if (!argocd.fires("link", object, settings)) return [];
      return [(parse(argocd.notification("link", object, settings)) as { message: string }).message];
    });

  test.each(CASES)("%s", (_, object, urls) => {
    expect(shown(object, links["resource.links"] as Link[])).toEqual(urls);
  });

  test("an Application has one where it has actors", () => {
    const application = (kind: string) => ({
      kind: "Application",
      metadata: { name: "a", namespace: "argocd" },
      spec: { destination: { namespace: "team" } },
      status: { resources: [{ kind }] },
    });
    const all = links["application.links"] as Link[];
    expect(shown(application("AsyncActor"), all)).toEqual([
      "https://grafana.example.org/d/asya?var-namespace=team",
    ]);
    expect(shown(application("Deployment"), all)).toEqual([]);
  });
});
