import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findProgram } from "../../test/real-program.ts";
import { NOTICES } from "./notifications.ts";
import { OfflineArgoCd } from "./offline-argocd.ts";
import { notificationSettings } from "./settings.ts";

const program = findProgram("argocd");
const settings = {
  context: "argocdUrl: https://argocd.example.org\n",
  "service.webhook.asya": "url: https://hooks.example.org\n",
  ...notificationSettings(),
};

const ACTOR = { group: "asya.sh", kind: "AsyncActor", name: "ocr", namespace: "team" };
const PREFIX =
  "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = CMP processing failed for application";
const FINDINGS =
  'actors/ocr.yaml:7:3 ASYA-E010 spec.scalling: "scalling" is not a known field\nasya-plugin: 1 error, nothing printed';
const REFUSED = {
  conditions: [
    {
      type: "ComparisonError",
      message: `${PREFIX} "team": \`node generate\` failed exit status 1: ${FINDINGS}`,
    },
  ],
};
const REFUSED_BY_SERVER = {
  conditions: [
    {
      type: "ComparisonError",
      message: `${PREFIX}: error in cmp: rpc error: code = Unknown desc = ${FINDINGS}`,
    },
  ],
};
const OTHER_ERROR = { conditions: [{ type: "ComparisonError", message: "repository not found" }] };
const DEGRADED = {
  health: { status: "Degraded" },
  resources: [
    { ...ACTOR, health: { status: "Degraded", message: 'ImagePullError: "x"\nno such image' } },
    { ...ACTOR, name: "fine", health: { status: "Healthy" } },
  ],
};
const FORGETFUL = { health: { status: "Degraded" }, resources: [ACTOR] };
const NOT_OURS = { health: { status: "Degraded" }, resources: [{ kind: "Deployment", name: "web" }] };
const SYNC_FAILED = {
  operationState: {
    phase: "Failed",
    syncResult: {
      revision: "abc",
      resources: [
        { ...ACTOR, status: "SyncFailed", message: "spec.transport is immutable" },
        { kind: "Service", name: "web" },
      ],
    },
  },
};
const CONFIRM = {
  operationState: {
    phase: "Running",
    startedAt: "2026-11-25T00:00:00Z",
    message: "waiting for pruning confirmation of asya.sh/AsyncActor/ocr",
  },
};
const FINE = {
  health: { status: "Healthy" },
  sync: { status: "Synced", revision: "abc" },
  resources: [ACTOR],
};
const FRESH = {};

function application(status: object): object {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "team-actors", namespace: "argocd" },
    spec: {
      project: "default",
      source: { repoURL: "https://git.example.org/a" },
      destination: { namespace: "team" },
    },
    status: { sync: { status: "Synced", revision: "abc" }, ...status },
  };
}

const CASES: readonly (readonly [string, string, object, readonly string[]])[] = [
  ["on-asya-refused", "a commit with a mistake", REFUSED, FINDINGS.split("\n")],
  ["on-asya-refused", "the same from the native server", REFUSED_BY_SERVER, FINDINGS.split("\n")],
  [
    "on-asya-sync-failed",
    "an actor that the cluster refused",
    SYNC_FAILED,
    ["ocr: spec.transport is immutable"],
  ],
  [
    "on-asya-degraded",
    "an actor in trouble",
    DEGRADED,
    ['ocr: Degraded ImagePullError: "x"', "no such image"],
  ],
  ["on-asya-degraded", "an actor in trouble, where Argo CD keeps no health of resources", FORGETFUL, []],
  [
    "on-asya-confirmation",
    "an actor whose pruning must be confirmed",
    CONFIRM,
    [CONFIRM.operationState.message],
  ],
];
const SILENT: readonly (readonly [string, object])[] = [
  ["fine", FINE],
  ["new", FRESH],
  ["without a repository", OTHER_ERROR],
  ["without actors, degraded", NOT_OURS],
];

describe.skipIf(program === undefined)("the real notifications of Argo CD", () => {
  const argocd = new OfflineArgoCd(program ?? "");
  afterAll(() => argocd.close());

  const fires = (trigger: string, status: object) => argocd.fires(trigger, application(status), settings);

  test.each(CASES)("%s tells of %s, in words, to Slack and as JSON", (trigger, _, status, lines) => {
    expect(fires(trigger, status)).toBe(true);
    const url = "https://argocd.example.org/applications/argocd/team-actors";
    const told = parse(
      argocd.notification(trigger.replace("on-", ""), application(status), settings),
    ) as Told;
    const { title = "" } = NOTICES[trigger] ?? {};
    expect(told.message.trim().split("\n").filter(Boolean)).toEqual([`team-actors ${title}`, ...lines, url]);
    const [attachment] = JSON.parse(told.slack.attachments) as object[];
    expect(attachment).toMatchObject({ title: "team-actors", title_link: url, text: lines.join("\n") });
    expect(JSON.parse(told.webhook.asya.body)).toEqual({
      event: trigger,
      application: "team-actors",
      project: "default",
      namespace: "team",
      revision: "abc",
      url,
      text: lines.join("\n"),
    });
  });

  test.each(SILENT)("an Application that is %s is no news", (_, status) => {
    for (const trigger of Object.keys(NOTICES)) expect(fires(trigger, status), trigger).toBe(false);
  });
});

interface Told {
  message: string;
  slack: { attachments: string };
  webhook: { asya: { method: string; body: string } };
}

test("every trigger sends a template that is there", () => {
  for (const name of Object.keys(NOTICES)) {
    const [{ send }] = parse(settings[`trigger.${name}` as keyof typeof settings]) as [{ send: string[] }];
    for (const template of send) expect(settings).toHaveProperty([`template.${template}`]);
  }
});
