import { describe, expect, it } from "vitest";
import { mapValueTypes, readMapValue, writeMapValue } from "./mapValues";
import { type AnySchema } from "./schema";

describe("the types of a map's values", () => {
  const cases: [AnySchema, string[]][] = [
    [{ type: "string" }, ["string"]],
    [{ type: ["string", "number", "null"] }, ["string", "number", "null"]],
    [{ anyOf: [{ type: "integer" }, { oneOf: [{ type: "boolean" }, { type: "integer" }] }] }, ["integer", "boolean"]],
    [{ anyOf: [{ type: "integer" }, { type: "object" }] }, []],
    [{ anyOf: [{ type: "integer" }, {}] }, []],
    [{ type: "array" }, []],
    [true, []],
    [{}, []],
  ];
  it.each(cases)("%j", (schema, types) => expect(mapValueTypes(schema)).toEqual(types));
});

it.each([
  ["5", ["string"], "5"],
  ["5", ["integer"], 5],
  ["5.5", ["integer"], "5.5"],
  [" 5.5 ", ["number"], 5.5],
  ["true", ["boolean", "string"], true],
  ["yes", ["boolean", "string"], "yes"],
  ['"5"', ["number", "string"], "5"],
  ["null", ["number"], "null"],
  ["12345678901234567891", ["number"], "12345678901234567891"],
  ["", ["number"], ""],
] as const)("%j as one of %j is %j, and comes back", (text, types, value) => {
  expect(readMapValue(text, types)).toBe(value);
  expect(readMapValue(writeMapValue(value, types), types)).toBe(value);
});
