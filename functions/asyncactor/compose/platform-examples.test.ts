import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { formatFinding } from "../../../core/finding.ts";
import { checkPlatform, readPlatform } from "./platform.ts";

const FOLDER = new URL("../../../compositions/platform/", import.meta.url);

interface Document {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  data?: unknown;
}

function documents(): [string, Document][] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) =>
      parseAllDocuments(readFileSync(new URL(file, FOLDER), "utf8")).map((document): [string, Document] => {
        const value = document.toJS() as Document;
        return [`${file} ${value.kind}/${value.metadata.name}`, value];
      }),
    );
}

const EXAMPLES = documents().filter(([, { kind }]) => kind === "EnvironmentConfig");

it("there is one example for each transport", () => {
  const types = EXAMPLES.flatMap(([, { data }]) =>
    Object.keys(readPlatform(data, "ml").platform?.transports ?? {}),
  );
  expect(types.sort()).toEqual(["rabbitmq", "sqs"]);
});

it.each(EXAMPLES)("%s is a platform without a finding", (_title, { metadata, data }) => {
  expect(metadata.name).toBe("asya-platform");
  expect(checkPlatform(data).map(formatFinding)).toEqual([]);
});

it.each(documents())("%s survives a commit that leaves it out", (_title, { metadata }) => {
  expect(metadata.annotations?.["argocd.argoproj.io/sync-options"]).toBe("Prune=false,Delete=false");
});
