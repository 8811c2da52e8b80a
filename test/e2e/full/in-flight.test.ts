import { expect, test } from "vitest";
import { checkActor } from "../../../functions/asyncactor/compose/check.ts";
import { actor } from "../actors.ts";
import { IN_FLIGHT, witnessed } from "./in-flight.ts";

test.each(IN_FLIGHT)(
  "$name is well formed, and what is computed of it is what the cluster is to show",
  (row) => {
    const found = checkActor(actor(row.name, "python:3", witnessed(row)), {
      platform: undefined,
      flavors: {},
    });
    const codes = found.map(({ code }) => code).filter((code) => !code.startsWith("I"));
    expect(codes).toEqual(row.work === "finished" ? [] : ["W011"]);
  },
);
