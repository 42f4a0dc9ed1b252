import { describe, expect, it } from "vitest";
import { factsOf, formSchema } from "./formSchema";
import { asSchema, isObject, type Schema } from "./schema";

const property = (schema: Schema, name: string) =>
  asSchema(asSchema(formSchema({ type: "object", properties: { it: schema } }).properties)[name] ?? {});
const field = (schema: Schema) => property(schema, "it");

describe("how a field is edited", () => {
  const cases: [string, Schema, string, string, boolean][] = [
    ["text", { type: "string" }, "leaf", "string", false],
    ["whole number or null", { type: ["integer", "null"] }, "leaf", "integer | null", true],
    [
      "number or null as alternatives",
      { anyOf: [{ type: "number" }, { type: "null" }], default: null },
      "leaf",
      "number | null",
      true,
    ],
    ["enum with null", { enum: ["a", "b", null] }, "leaf", "string | null", true],
    ["alternatives that are constants", { oneOf: [{ const: 1, title: "One" }, { const: 2 }] }, "leaf", "number", false],
    ["texts", { type: "array", items: { type: "string" } }, "chips", "string[]", false],
    ["choices", { type: "array", uniqueItems: true, items: { enum: ["a", "b"] } }, "choices", "string[]", false],
    [
      "lists of lists",
      { type: "array", items: { type: "array", items: { type: "integer" } } },
      "rows",
      "integer[][]",
      false,
    ],
    ["nullable entries", { type: "array", items: { type: ["integer", "null"] } }, "rows", "(integer | null)[]", false],
    [
      "tuples",
      { type: "array", prefixItems: [{ type: "string" }], items: { type: "string" } },
      "json",
      "string[]",
      false,
    ],
    ["anything", {}, "json", "any", false],
    ["a map of texts", { type: "object", additionalProperties: { type: "string" } }, "map", "object", false],
    ["a map of numbers", { type: "object", additionalProperties: { type: "number" } }, "map", "object", false],
    ["a map of lists", { type: "object", additionalProperties: { type: "array" } }, "json", "object", false],
    ["a map of anything", { type: "object", additionalProperties: true }, "json", "object", false],
    ["a map of secrets", { type: "object", additionalProperties: { writeOnly: true } }, "map", "object", false],
    ["an object", { type: "object", properties: { a: { type: "string" } } }, "object", "object", false],
    ["two kinds", { type: ["string", "integer"] }, "options", "string | integer", false],
    [
      "two kinds or null",
      { anyOf: [{ type: "string" }, { type: "integer" }, { type: "null" }] },
      "options",
      "string | integer | null",
      true,
    ],
    [
      "two formats of one text",
      { type: "string", anyOf: [{ format: "ipv4" }, { format: "ipv6" }] },
      "leaf",
      "string",
      false,
    ],
  ];
  it.each(cases)("%s", (_name, schema, how, type, nullable) => {
    expect(factsOf(field(schema))).toMatchObject({ field: how, type, nullable });
  });

  it("takes boolean schemas as free JSON", () => {
    const drawn = formSchema({ type: "object", properties: { it: true } });
    expect(factsOf(asSchema(asSchema(drawn.properties).it))).toMatchObject({ field: "json", type: "any" });
  });
});

describe("the order of members", () => {
  const text = { type: "string" };
  const names = (schema: Schema) => Object.keys(asSchema(asSchema(schema).properties));

  it("is the schema's own, in alternatives and in what a condition adds too", () => {
    const drawn = formSchema({
      allOf: [{ properties: { b: text } }, { properties: { a: text } }],
      properties: { kind: { oneOf: [{ title: "Key", type: "object", properties: { y: text, x: text } }] } },
      if: { required: ["a"] },
      then: { properties: { d: text, c: text } },
    });
    expect(names(drawn)).toEqual(["b", "a", "kind"]);
    const [key] = asSchema(asSchema(drawn.properties).kind).oneOf as Schema[];
    expect(names(key ?? {})).toEqual(["y", "x"]);
    expect(names(drawn.then as Schema)).toEqual(["d", "c"]);
  });
});

describe("references", () => {
  it("puts local references in place, with what stands beside them", () => {
    const drawn = formSchema({
      type: "object",
      properties: { it: { $ref: "#/$defs/level", description: "How loud" } },
      $defs: { level: { type: "integer", description: "other", minimum: 1 } },
    });
    expect(asSchema(asSchema(drawn.properties).it)).toMatchObject({
      type: "integer",
      description: "How loud",
      minimum: 1,
    });
  });

  it("leaves members to JSON that nobody would fill in", () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`f${at}`, { type: "string" }]));
    const form = formSchema({ type: "object", properties: many });
    expect(Object.keys(form.properties ?? {})).toHaveLength(300);
    expect(factsOf(form).hidden).toBe(4_700);

    const some = Object.fromEntries(Object.entries(many).slice(0, 1_000));
    const conditional = formSchema({ type: "object", properties: { a: {} }, if: {}, then: { properties: some } });
    expect(Object.keys(asSchema(asSchema(conditional.then).properties))).toHaveLength(300);
  });

  it("edits an object as JSON whose members would make the form too long", () => {
    const many = Object.fromEntries(Array.from({ length: 280 }, (_, at) => [`f${at}`, {}]));
    const objects = Object.fromEntries(
      Array.from({ length: 280 }, (_, at) => [`o${at}`, { type: "object", properties: many }]),
    );
    const form = formSchema({ type: "object", properties: objects });
    const drawn = Object.values(asSchema(form.properties)).map((member) => factsOf(asSchema(member)).field);
    expect(drawn.filter((field) => field === "object")).toHaveLength(5);
    expect(drawn.filter((field) => field === "json")).toHaveLength(275);
  });

  it("edits a cycle as JSON instead of going round for ever", () => {
    const drawn = formSchema({
      type: "object",
      properties: { tree: { $ref: "#/$defs/node" } },
      $defs: { node: { type: "object", properties: { child: { $ref: "#/$defs/node" } } } },
    });
    const tree = asSchema(asSchema(drawn.properties).tree);
    expect(factsOf(tree).field).toBe("object");
    expect(factsOf(asSchema(asSchema(tree.properties).child)).field).toBe("json");
  });

  it("fetches nothing: a reference to another document allows anything", () => {
    expect(factsOf(field({ $ref: "https://example.com/schema.json" })).field).toBe("json");
  });

  it("finds anchors", () => {
    const drawn = formSchema({
      type: "object",
      properties: { it: { $ref: "#level" } },
      $defs: { any: { $anchor: "level", type: "boolean" } },
    });
    expect(factsOf(asSchema(asSchema(drawn.properties).it))).toMatchObject({ field: "leaf", type: "boolean" });
  });

  it("stays small for a schema that grows without end", () => {
    const level = (n: number): Schema =>
      n === 0
        ? { type: "string" }
        : {
            type: "object",
            properties: Object.fromEntries(
              ["a", "b", "c", "d", "e", "f"].map((name) => [name, { $ref: `#/$defs/l${n - 1}` }]),
            ),
          };
    const drawn = formSchema({
      ...level(9),
      $defs: Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`l${n}`, level(n)])),
    });
    expect(JSON.stringify(drawn).length).toBeLessThan(2_000_000);
  });
});

it("carries no default into the value, but shows it", () => {
  const drawn = field({ type: "integer", default: 20 });
  expect(drawn).not.toHaveProperty("default");
  expect(factsOf(drawn).fallback).toBe(20);
});

it("marks constants of an alternative as required: they tell it from the others", () => {
  const drawn = field({
    oneOf: [
      { type: "object", properties: { kind: { const: "a" }, x: { type: "string" } } },
      { type: "object", properties: { kind: { const: "b" }, y: { type: "string" } } },
    ],
  });
  const [first] = (drawn.oneOf as Schema[]) ?? [];
  expect(first).toMatchObject({ required: ["kind"], title: "a" });
});

it("keeps properties of every part of allOf", () => {
  const drawn = field({
    allOf: [
      { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
      { properties: { b: { type: "integer" } } },
    ],
  });
  expect(isObject(drawn.properties) && Object.keys(drawn.properties)).toEqual(["a", "b"]);
  expect(drawn.required).toEqual(["a"]);
});
