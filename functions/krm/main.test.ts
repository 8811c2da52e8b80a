import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { freshBundle, KRM } from "../../scripts/build.ts";

const PLATFORM = `- apiVersion: apiextensions.crossplane.io/v1beta1
  kind: EnvironmentConfig
  metadata: {name: asya-platform}
  data:
    sidecar: {image: "sidecar:1"}
    transports:
      rabbitmq: {type: rabbitmq, enabled: true, config: {host: rabbitmq, username: asya, passwordSecretRef: {name: s, key: k}, connection: {secretName: c}}}
`;
const ACTOR = `- apiVersion: asya.sh/v1alpha1
  kind: AsyncActor # the reader
  metadata:
    name: read-page
    namespace: pages
    annotations:
      internal.config.kubernetes.io/path: actors/read-page.yaml
      internal.config.kubernetes.io/index: "0"
  spec:
    transport: rabbitmq
    workload:
      template:
        spec:
          containers:
            # pinned by the release job
            - name: asya-runtime
              image: "pages:1.0.0" # old
              env: [{name: ASYA_HANDLER, value: pages.read}]
`;
const OTHER = `- {apiVersion: v1, kind: ConfigMap, metadata: {name: other}, data: {a: 'x',   b: "0644"}} # as it was
`;

let bundle: string;
beforeAll(async () => (bundle = await freshBundle(KRM)));

function list(items: string, config = ""): string {
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${items}${config}`;
}

async function krm(input: string, ...args: string[]) {
  const child = spawn(process.execPath, [bundle, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exit: await exited, stdout, stderr };
}

test("a sound folder passes, with every line as it was", async () => {
  const { exit, stdout } = await krm(list(PLATFORM + ACTOR + OTHER), "validate-actors");
  expect(exit).toBe(0);
  for (const line of [...ACTOR.split("\n"), ...OTHER.split("\n")])
    expect(stdout).toContain(line.trim().replaceAll(/ {2,}/g, " "));
});

test("a mistake is a result with severity, field and file, and the end is 1", async () => {
  const wrong = ACTOR.replace("transport: rabbitmq", "transport: rabitmq");
  const { exit, stdout, stderr } = await krm(list(PLATFORM + wrong), "validate-actors");
  expect(exit).toBe(1);
  expect((parse(stdout) as { results: object[] }).results).toContainEqual({
    severity: "error",
    message: expect.stringMatching(/^ASYA-E022 .*"rabitmq".*did you mean "rabbitmq"/) as string,
    resourceRef: {
      apiVersion: "asya.sh/v1alpha1",
      kind: "AsyncActor",
      name: "read-page",
      namespace: "pages",
    },
    field: { path: "spec.transport" },
    file: { path: "actors/read-page.yaml", index: 0 },
    tags: { code: "ASYA-E022" },
  });
  expect(stderr).toMatch(/^actors\/read-page\.yaml spec\.transport: ASYA-E022/);
});

test("set-image changes the image and keeps what people wrote around it", async () => {
  const config =
    "functionConfig:\n  kind: SetImage\n  metadata: {name: release}\n  spec: {image: 'pages:1.1.0', actors: [read-page]}\n";
  const { exit, stdout } = await krm(list(ACTOR + OTHER, config));
  expect(exit).toBe(0);
  expect(stdout).toContain("image: pages:1.1.0");
  for (const comment of ["# the reader", "# pinned by the release job", "# as it was"])
    expect(stdout).toContain(comment);
});

test("render-actors adds what an actor becomes, in its namespace", async () => {
  const { exit, stdout } = await krm(list(PLATFORM + ACTOR), "render-actors");
  expect(exit).toBe(0);
  const items = (parse(stdout) as { items: { kind: string; metadata: { namespace?: string } }[] }).items;
  expect(items.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["Queue", "Binding", "Deployment", "AsyncActor"]),
  );
  expect(items.filter(({ kind }) => kind === "Deployment")[0]?.metadata.namespace).toBe("pages");
});

test.each([
  ["no YAML", "a: [", "stdin is no YAML"],
  ["no list", "kind: List", "stdin must be a ResourceList"],
  [
    "an item without a name",
    list("- {apiVersion: v1, kind: ConfigMap, metadata: {}}\n"),
    "each of items must be an object",
  ],
  ["an item twice", list(OTHER + OTHER), "v1 ConfigMap other is among the items twice"],
  ["no such function", list(OTHER, "functionConfig: {kind: Nothing}\n"), 'there is no function "Nothing"'],
  [
    "set-image without an image",
    list(ACTOR, "functionConfig: {kind: SetImage}\n"),
    "set-image needs functionConfig.spec.image",
  ],
  [
    "an actor that is not there",
    list(OTHER, "functionConfig: {kind: SetImage, spec: {image: a, actors: [b]}}\n"),
    "there is no actor b",
  ],
])("%s is said, and nothing is printed", async (_, input, message) => {
  const { exit, stdout, stderr } = await krm(input);
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(stderr).toContain(`asya-krm: ${message}`);
});
