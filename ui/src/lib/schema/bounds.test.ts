import { expect, it } from "vitest";
import { isCheckedSoon, isQuickPattern } from "./bounds";
import { type AnySchema } from "./schema";
import { fits, validate } from "./validate";

const next = { properties: { c: { $ref: "#" } } };
const nested = (levels: number): unknown => (levels === 0 ? {} : { c: nested(levels - 1) });

it.each(["allOf", "anyOf", "oneOf"])("leaves ways that double with each level of a value to the host: %s", (word) => {
  const schema = { [word]: [next, next] };
  expect(isCheckedSoon(schema, nested(6))).toBe(true);
  expect(isCheckedSoon(schema, nested(30))).toBe(false);
  expect(validate(schema, nested(30))).toEqual([]);
  expect(fits(schema, nested(30))).toBe(false);
});

it("leaves parts that double without going into the value to the host", () => {
  const defs = Object.fromEntries(
    Array.from({ length: 28 }, (_, at) => [
      `d${at}`,
      { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
    ]),
  );
  const schema: AnySchema = { $ref: "#/$defs/d0", $defs: { ...defs, d28: { type: "object" } } };
  expect(isCheckedSoon(schema, {})).toBe(false);
  expect(validate(schema, "no object")).toEqual([]);
});

it("leaves a schema that leads back to itself to the host", () => {
  expect(isCheckedSoon({ $ref: "#" }, 1)).toBe(false);
});

it("checks a large value by a schema as people write them", () => {
  const schema = {
    type: "array",
    items: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
  };
  const rows = Array.from({ length: 4000 }, (_, id) => ({ id }));
  expect(validate(schema, rows)).toEqual([]);
  expect(validate(schema, [...rows, {}])).toEqual([{ path: "/4000/id", message: "Enter a value" }]);
});

it.each([
  "^((a+)b?)*$",
  "^(?:[a-z]+[)]?)+$",
  "^(?:(?:a+))+$",
  "^(?:\\(a+)+$",
  "^(?:[(]a+)+$",
  "^(?:(?:ab)+c)+$",
  "^(?:a{1,3}){20}$",
  "^(?:a|a){30}$",
  `${"(?:a|a)".repeat(30)}$`,
  `${"a?".repeat(30)}a{30}`,
  `${"a*".repeat(9)}b`,
  "(?<x>a+)+$",
  "^(a+",
])("leaves %s to the host, which may try very many ways", (pattern) => expect(isQuickPattern(pattern)).toBe(false));

it.each([
  "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
  "^(?:\\d{4}-){2}\\d{2}$",
  "^v?\\d+\\.\\d+(\\.x)?$",
  "^[(|*+]+\\)$",
  "^(?:GET|PUT|POST|HEAD|PATCH|DELETE)$",
  "^(?!x)[\\w.-]{1,64}$",
  "^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$",
  "^https?://",
])("checks %s here", (pattern) => expect(isQuickPattern(pattern)).toBe(true));

it("ends soon for a default that matches a pattern in very many ways", () => {
  const text = `${"a".repeat(60)}!`;
  for (const pattern of ["^((a+)b?)*$", "^(?:[a-z]+[)]?)+$"]) {
    expect(validate({ type: "string", pattern }, text)).toEqual([]);
    expect(validate({ patternProperties: { [pattern]: { type: "number" } } }, { [text]: "x" })).toEqual([]);
  }
});

it("tries no regular expression that may never end", () => {
  for (const slow of ["(a+)+$", "(a|a)*b", "(?:x{1,9})*y", "((a*))*", "x".repeat(600)])
    expect(isQuickPattern(slow), slow).toBe(false);
  for (const quick of ["^[a-z]+$", "^(foo|bar)$", "^\\d{4}-\\d{2}$", "^(?:a|b)-[0-9]+$"])
    expect(isQuickPattern(quick), quick).toBe(true);
  expect(validate({ type: "string", pattern: "^(a+)+$" }, `${"a".repeat(40)}!`)).toEqual([]);
  expect(
    validate(
      { patternProperties: { "^(a+)+$": { type: "number" } }, additionalProperties: false },
      { [`${"a".repeat(40)}!`]: "x" },
    ),
  ).toEqual([]);
});
