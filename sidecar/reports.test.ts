import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseEnvelope } from "../core/envelope.ts";
import { GatewayClient } from "./gateway-client.ts";
import { progressReport, succeededReport } from "./report-bodies.ts";
import { Reports } from "./reports.ts";

let server: Server;
let reports: Reports;
let paths: string[];
let waiting: ServerResponse[];
let log: string;
let wake: () => void;

/** Answers with the next of these, the last one for ever; "wait" = answers when the test says so. */
let answers: (number | "wait")[];

beforeEach(async () => {
  [paths, waiting, log, answers, wake] = [[], [], "", [200], () => {}];
  server = createServer((request, response) => {
    paths.push(request.url!);
    request.resume();
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer === "wait") waiting.push(response);
    else response.writeHead(answer).end();
    wake();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  reports = new Reports(new GatewayClient(url), pino({}, { write: (line: string) => void (log += line) }));
});
afterEach(async () => {
  for (const response of waiting) response.end();
  await reports.stop(1_000);
  server.closeAllConnections();
  server.close();
});

const envelope = (id: string) =>
  parseEnvelope(Buffer.from(`{"id":"${id}","route":{"actors":["a"],"current":0},"payload":1}`));
const progress = (id: string) => reports.progress(progressReport(envelope(id), "received"));
const final = (id: string) => reports.final(succeededReport(envelope(id), Buffer.from("1")));

async function calls(count: number): Promise<string[]> {
  while (paths.length < count) await new Promise<void>((resolve) => (wake = resolve));
  return paths;
}

test("a gateway that does not answer holds at most 1,000 reports; the rest is dropped and counted", async () => {
  answers = ["wait"];
  for (let index = 0; index < 5_000; index++) progress(`e${index}`);
  await calls(4);
  answers = [200];
  for (const response of waiting.splice(0)) response.end();
  expect((await calls(1_004)).length).toBe(1_004);
  await reports.stop(1_000);
  expect(paths).toHaveLength(1_004);
  expect(log).toContain('"dropped":3996');
});

test("a final status is tried again until the gateway takes it", async () => {
  answers = [503, 200];
  await final("e1");
  expect(paths).toEqual(["/envelopes/e1/final", "/envelopes/e1/final"]);
});

test("a final status of an envelope that the gateway does not know is told once", async () => {
  answers = [404];
  await final("e1");
  expect(paths).toEqual(["/envelopes/e1/final"]);
});

test("in a hurry nothing is tried twice", async () => {
  answers = [503];
  reports.hurry();
  await final("e1");
  expect(paths).toHaveLength(1);
  expect(log).toContain("the gateway was not told the final status");
});

test("a final status comes after the progress of its envelope", async () => {
  progress("e1");
  progress("e1");
  await final("e1");
  expect(paths).toEqual(["/envelopes/e1/progress", "/envelopes/e1/progress", "/envelopes/e1/final"]);
});

test("a gateway that cannot be reached is left alone for a while", async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  progress("e1");
  reports.hurry();
  await final("e1");
  for (let index = 0; index < 100; index++) progress(`f${index}`);
  expect(log.match(/cannot be reached/g)).toHaveLength(1);
});
