import { expect, it } from "vitest";
import { formSchema } from "./formSchema";
import { asSchema, type Schema } from "./schema";
import { pairedFields } from "./shortFields";

function pairs(properties: Record<string, Schema>): string[] {
  const drawn = asSchema(formSchema({ type: "object", properties }).properties);
  return [
    ...pairedFields(
      Object.entries(drawn).map(([name, schema]) => ({ name, label: name, schema: asSchema(schema as Schema) })),
    ),
  ];
}

const number = { type: "integer" };

it("pairs numbers, dates, short enums, switches and short texts that follow each other", () => {
  expect(
    pairs({
      limit: number,
      since: { type: "string", format: "date" },
      level: { enum: ["low", "high"] },
      on: { type: "boolean" },
    }),
  ).toEqual(["limit", "since", "level", "on"]);
  expect(pairs({ country: { type: "string", maxLength: 2 }, at: { type: "string", format: "time" } })).toEqual([
    "country",
    "at",
  ]);
});

it("leaves a short one alone whose neighbour is long, and starts anew after it", () => {
  expect(pairs({ limit: number, title: { type: "string" }, page: number })).toEqual([]);
  expect(pairs({ title: { type: "string" }, page: number, size: number, offset: number })).toEqual(["page", "size"]);
});

it.each<[string, Schema]>([
  ["that may be null", { type: ["integer", "null"] }],
  ["with a long choice", { enum: ["short", "a choice that takes the width of a form"] }],
  [
    "with long help",
    {
      type: "integer",
      description: "How many there are at most on one page, which the server may cut further when it has much to do.",
    },
  ],
  ["that is a secret", { type: "string", maxLength: 8, writeOnly: true }],
  ["with a moment in full", { type: "string", format: "date-time" }],
  ["of texts", { type: "array", items: { type: "string" } }],
])("does not pair a field %s", (_, schema) => {
  expect(pairs({ limit: number, other: schema })).toEqual([]);
});

it("does not pair a long name", () => {
  expect(pairs({ limit: number, include_archived_repositories: number })).toEqual([]);
});
