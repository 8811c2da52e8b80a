import { expect, test } from "vitest";
import { announcements, readParameters } from "./parameters.ts";

const DEFAULTS = {
  namespace: undefined,
  platform: undefined,
  flavors: undefined,
  strictness: "errors",
  allowEmpty: false,
  enrich: true,
  provenance: "file",
  sourceUrl: undefined,
  pruneConfirm: false,
};

test.each([[undefined], [""], ["null"], ["[]"]])(
  "without parameters (%j) all have their defaults",
  (text) => {
    expect(readParameters(text, {})).toEqual(DEFAULTS);
  },
);

test("an Application's parameters are read, and the command line wins over them", () => {
  const application = JSON.stringify([
    { name: "namespace", string: "team-a" },
    { name: "strictness", string: "warnings" },
    { name: "allowEmpty", string: "true" },
    { name: "platform", string: "" },
  ]);
  const expected = { ...DEFAULTS, namespace: "team-a", strictness: "warnings", allowEmpty: true };
  expect(readParameters(application, {})).toEqual(expected);
  expect(readParameters(application, { namespace: "b" })).toEqual({ ...expected, namespace: "b" });
});

test.each([
  [
    '[{"name": "strictnes", "string": "warnings"}]',
    'there is no parameter "strictnes" - did you mean "strictness"?',
  ],
  [
    '[{"name": "strictness", "string": "all"}]',
    'parameter strictness must be errors or warnings (got "all")',
  ],
  [
    '[{"name": "flavors", "array": ["a"]}]',
    "parameter flavors must be a string: {name: flavors, string: ...}",
  ],
  ['[{"string": "a"}]', 'each parameter needs a name (got {"string":"a"})'],
  ['{"name": "a"}', "ARGOCD_APP_PARAMETERS must be a list of parameters"],
  ["[", "ARGOCD_APP_PARAMETERS is no JSON"],
])("%s is refused", (text, message) => {
  expect(() => readParameters(text, {})).toThrow(message);
});

test("each is announced to Argo CD with its default", () => {
  expect(announcements()).toContainEqual({
    name: "strictness",
    title: "Strictness",
    tooltip: "what keeps objects from being printed: errors, or warnings as well",
    collectionType: "string",
    string: "errors",
  });
});
