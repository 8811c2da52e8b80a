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

test("a sound list passes, with every byte as it was but the results", async () => {
  const input = list(PLATFORM + ACTOR + OTHER);
  const { exit, stdout } = await krm(input, "validate-actors");
  expect(exit).toBe(0);
  expect(stdout.slice(0, input.length)).toBe(input);
  expect(stdout.slice(input.length)).toMatch(/^results:\n- severity: (info|warning)\n/);
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

const SET_IMAGE =
  "functionConfig:\n  kind: SetImage\n  metadata: {name: release}\n  spec: {image: 'pages:1.1.0', actors: [read-page]}\n";

test.each([
  ["in double quotes", 'image: "pages:1.0.0" # old', 'image: "pages:1.1.0" # old'],
  ["in single quotes", "image:   'pages:1.0.0'", "image:   'pages:1.1.0'"],
  ["plain", "image: pages:1.0.0 # old", "image: pages:1.1.0 # old"],
])("set-image changes the image's own characters and nothing else: %s", async (_, before, after) => {
  const actor = ACTOR.replace('image: "pages:1.0.0" # old', before);
  const { exit, stdout } = await krm(list(`# all\n${OTHER}${actor}`, SET_IMAGE));
  expect(exit).toBe(0);
  expect(stdout).toBe(list(`# all\n${OTHER}${actor.replace(before, after)}`, SET_IMAGE));
});

test.each([
  ["had no image", "imagePullPolicy: Always # always"],
  ["has it in a block", "image: >-\n                pages:1.0.0\n              stdin: false # always"],
  ["has it under an anchor", "image: &image pages:1.0.0 # always"],
])("an actor that %s gets the new one, and comments stay", async (_, written) => {
  const { exit, stdout } = await krm(
    list(ACTOR.replace('image: "pages:1.0.0" # old', written) + OTHER, SET_IMAGE),
  );
  expect(exit).toBe(0);
  expect(stdout).toContain("image: pages:1.1.0");
  for (const comment of ["# the reader", "# pinned by the release job", "# always", "# as it was"])
    expect(stdout).toContain(comment);
});

test("a list as JSON comes back with the same objects in the same order", async () => {
  const given = parse(list(OTHER + ACTOR, SET_IMAGE)) as { items: object[] };
  const { exit, stdout } = await krm(JSON.stringify(given));
  expect(exit).toBe(0);
  const items = (parse(stdout) as { items: object[] }).items;
  expect(items[0]).toEqual(given.items[0]);
  expect(JSON.stringify(items[1])).toContain('"image":"pages:1.1.0"');
});

test("another function's results give way", async () => {
  const input = list(PLATFORM + ACTOR, "results:\n- {message: theirs, severity: info}\n");
  const { stdout } = await krm(input, "validate-actors");
  expect(stdout).not.toContain("theirs");
  expect(stdout.match(/^results:/gm)).toHaveLength(1);
});

test.each(["", "  "])(
  "render-actors adds what an actor becomes behind what is there (indent %j)",
  async (indent) => {
    const items = (PLATFORM + ACTOR).replaceAll(/^(?=.)/gm, indent);
    const { exit, stdout } = await krm(list(items, "functionConfig: {kind: RenderActors}\n"));
    expect(exit).toBe(0);
    expect(stdout.startsWith(list(items))).toBe(true);
    expect(stdout).toContain("\nfunctionConfig: {kind: RenderActors}\n");
    expect(stdout).not.toMatch(/[:-] [&*]a\d/);
    const all = (parse(stdout) as { items: { kind: string; metadata: { namespace?: string } }[] }).items;
    expect(all.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["Queue", "Binding", "Deployment"]));
    expect(all.filter(({ kind }) => kind === "Deployment")[0]?.metadata.namespace).toBe("pages");
  },
);

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
