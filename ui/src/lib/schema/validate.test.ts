import { describe, expect, it } from "vitest";
import { type Schema } from "./schema";
import { fits, validate } from "./validate";

const one = (schema: Schema, value: unknown) => validate({ type: "object", properties: { it: schema } }, { it: value });

describe("words for what is wrong", () => {
  const cases: [Schema, unknown, string][] = [
    [{ type: ["integer", "null"] }, 12.5, "Enter a whole number, such as 12"],
    [{ type: "integer" }, "9007199254740993", "9007199254740993 has too many digits to send exactly"],
    [{ type: "number" }, "abc", "Enter a number, such as 12.5"],
    [{ type: "string", format: "email" }, "x", "Enter an email address, such as name@example.com"],
    [{ type: "string", format: "date" }, "20.11.2026", "Enter a date, such as 2026-11-20"],
    [{ type: "string", minLength: 3 }, "ab", "Enter at least 3 characters"],
    [{ type: "string", maxLength: 3 }, "abcd", "Enter at most 3 characters"],
    [{ enum: ["a", "b"] }, "c", 'Choose one of "a", "b"'],
    [{ type: "integer", minimum: 5 }, 3, "Enter 5 or more"],
    [{ type: "integer", maximum: 5 }, 9, "Enter 5 or less"],
    [{ type: "number", exclusiveMinimum: 0 }, 0, "Enter more than 0"],
    [{ type: "integer", multipleOf: 4 }, 6, "Enter a multiple of 4"],
    [{ anyOf: [{ type: "integer" }, { type: "null" }] }, 1.5, "Enter a whole number, such as 1"],
    [{ anyOf: [{ type: "integer" }, { type: "boolean" }] }, "x", "Doesn't match any option"],
    [{ not: { const: false } }, false, "This value isn't allowed"],
    [{ not: { required: ["a", "b"] } }, { a: 1, b: 2 }, "This combination isn't allowed"],
    [{ minProperties: 1 }, {}, "Add properties: at least 1"],
    [{ maxProperties: 1 }, { a: 1, b: 2 }, "Remove properties: at most 1"],
  ];
  it.each(cases)("%j against %j", (schema, value, message) => {
    expect(one(schema, value)).toEqual([{ path: "/it", message }]);
  });
});

it("tells a missing value at the place of the value", () => {
  expect(
    validate({ type: "object", properties: { a: { type: "object", required: ["b/c"] } }, required: ["z"] }, { a: {} }),
  ).toEqual([
    { path: "/z", message: "Enter a value" },
    { path: "/a/b~1c", message: "Enter a value" },
  ]);
});

it("tells an unknown property once, at its place, also within an alternative", () => {
  const closed: Schema = { type: "object", properties: { a: {} }, additionalProperties: false };
  const unknown = [{ path: "/b", message: "Unknown property" }];
  expect(validate(closed, { b: 1 })).toEqual(unknown);
  expect(validate({ ...closed, additionalProperties: undefined, unevaluatedProperties: false }, { b: 1 })).toEqual(
    unknown,
  );
  expect(validate({ anyOf: [closed, { type: "string" }] }, { b: 1 })).toEqual(unknown);
  expect(validate({ type: "object", properties: { b: false } }, { b: 1 })).toEqual([
    { path: "/b", message: "This value isn't allowed" },
  ]);
});

it("tells what a property needs at the place of what is missing", () => {
  expect(validate({ type: "object", dependentRequired: { a: ["b"] } }, { a: 1 })).toEqual([
    { path: "/b", message: "Required with a" },
  ]);
});

it("looks only at the alternative that was meant", () => {
  const schema: Schema = {
    oneOf: [
      {
        type: "object",
        properties: { kind: { const: "mail" }, to: { type: "string", format: "email" } },
        required: ["kind", "to"],
      },
      { type: "object", properties: { kind: { const: "chat" }, room: { type: "string" } }, required: ["kind", "room"] },
    ],
  };
  expect(one(schema, { kind: "mail", to: "x" })).toEqual([
    { path: "/it/to", message: "Enter an email address, such as name@example.com" },
  ]);
  expect(one(schema, { kind: "chat" })).toEqual([{ path: "/it/room", message: "Enter a value" }]);
});

it("follows local references and finds entries of lists", () => {
  const schema: Schema = {
    type: "object",
    properties: { list: { type: "array", items: { $ref: "#/$defs/n" } } },
    $defs: { n: { type: "integer" } },
  };
  expect(validate(schema, { list: [1, "x", 2.5] }).map((problem) => problem.path)).toEqual(["/list/1", "/list/2"]);
});

it("leaves to the host what it cannot read", () => {
  expect(validate({ $ref: "https://example.com/x" }, {})).toEqual([]);
  expect(validate({ type: "object", properties: { a: { type: "string", pattern: "(" } } }, { a: "x" })).toEqual([]);
});

it("reads limits that older schemas exclude by a boolean", () => {
  const open = { type: "number", minimum: 0, maximum: 100 };
  expect(one({ ...open, exclusiveMinimum: false, exclusiveMaximum: false }, 0)).toEqual([]);
  expect(one({ ...open, exclusiveMinimum: false, exclusiveMaximum: false }, 100)).toEqual([]);
  expect(one({ ...open, exclusiveMaximum: true }, 99)).toEqual([]);
  expect(one({ ...open, exclusiveMaximum: true }, 100)).toEqual([{ path: "/it", message: "Enter less than 100" }]);
  expect(one({ ...open, exclusiveMinimum: true }, 0)).toEqual([{ path: "/it", message: "Enter more than 0" }]);
  expect(one({ type: "number", exclusiveMinimum: true, exclusiveMaximum: false }, 5)).toEqual([]);
});

it("ignores names that would move references, and properties that are called id", () => {
  const schema: Schema = {
    $id: "https://example.com/tool",
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { id: { $ref: "#/$defs/i" } },
    $defs: { i: { $id: "inner", type: "integer" } },
  };
  expect(validate(schema, { id: "x" })).toHaveLength(1);
  expect(fits(schema, { id: 1 })).toBe(true);
});

it("says nothing against what is right, null included", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      a: { type: ["string", "null"] },
      b: { enum: ["x", null] },
      c: { anyOf: [{ type: "array", items: { type: "integer" } }, { type: "null" }] },
    },
    required: ["a", "b", "c"],
  };
  expect(validate(schema, { a: null, b: null, c: null })).toEqual([]);
  expect(validate(schema, { a: "", b: "x", c: [0] })).toEqual([]);
});
