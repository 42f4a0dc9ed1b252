import { readFileSync } from "node:fs";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useEffect } from "react";
import { afterAll, describe, expect, it, vi } from "vitest";
import { FACTS, type FieldFacts, factsOf, formSchema } from "@/lib/schema/formSchema";
import { inlineReferences } from "@/lib/schema/inline";
import { branches, isObject, type JsonObject, type Schema, typesOf } from "@/lib/schema/schema";
import { SchemaForm } from "./SchemaForm";
import { useArguments } from "./useArguments";

type Tool = { server: string; tool: string; schema: Schema };

/** Input schemas of tools of published servers, exactly as these sent them. */
const tools = readFileSync("../tests/schemas/real.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Tool);

type FormProps = { schema: Schema; start?: JsonObject; onValue?: (value: JsonObject) => void };

function Form({ schema, start, onValue }: FormProps) {
  const { value, change, shown, touch } = useArguments(schema, start);
  useEffect(() => onValue?.(value), [value, onValue]);
  return (
    <SchemaForm
      label="Arguments"
      schema={schema}
      value={value}
      problems={shown}
      onLeave={touch}
      onReadable={() => undefined}
      onChange={change}
    />
  );
}

/** The parts of a form that are JSON, those in lists and alternatives too that are not drawn at first. */
function jsonParts(form: unknown): FieldFacts[] {
  if (Array.isArray(form)) return form.flatMap(jsonParts);
  if (!isObject(form)) return [];
  const own = FACTS in form ? [factsOf(form)].filter(({ field }) => field === "json") : [];
  const inner = Object.entries(form).filter(([key]) => key !== FACTS);
  return [...own, ...inner.flatMap(([, part]) => jsonParts(part))];
}

/** What is wrong with the form of a schema. */
function draw({ schema }: Tool) {
  const complaints = vi.spyOn(console, "error");
  render(<Form schema={schema} />);
  const form = screen.getByRole("form", { name: "Arguments" });
  const names = Object.keys((schema.properties as Schema | undefined) ?? {});
  const isDrawn = (name: string) => form.querySelector(`[data-pointer="${CSS.escape(`/${name}`)}"]`) !== null;
  const json = [...form.querySelectorAll('[data-field="json"]')];
  const wrong = {
    lost: names.filter((name) => !isDrawn(name)),
    unexplained: json.filter((field) => !field.textContent.includes("No form: ")).length,
    complaints: complaints.mock.calls.length,
  };
  cleanup();
  return wrong;
}

/** A value with something in every place of a schema. */
function sample(schema: unknown): unknown {
  if (!isObject(schema)) return "anything";
  const parts = [
    ...branches(schema, "allOf"),
    ...["anyOf", "oneOf"].flatMap((name) => branches(schema, name).slice(0, 1)),
  ];
  const { allOf: _allOf, anyOf: _anyOf, oneOf: _oneOf, ...own } = schema;
  const whole = parts.reduce<Schema>((merged, part) => ({ ...merged, ...part }), own);
  if (parts.length > 0) {
    const properties = Object.fromEntries([...parts, own].flatMap((part) => Object.entries(propertiesOf(part))));
    return sample({ ...whole, properties });
  }
  if ("const" in own) return own.const;
  if (Array.isArray(own.enum)) return own.enum.find((value) => value !== null);
  const type = typesOf(own).find((name) => name !== "null") ?? (Array.isArray(own.items) ? "array" : undefined);
  if (type === "object" || (type === undefined && Object.keys(propertiesOf(own)).length > 0)) return sampleObject(own);
  switch (type) {
    case "array":
      return Array.isArray(own.prefixItems) ? own.prefixItems.map(sample) : [sample(own.items)];
    case "integer":
      return typeof own.minimum === "number" ? own.minimum : 3;
    case "number":
      return typeof own.minimum === "number" ? own.minimum : 1.5;
    case "boolean":
      return true;
    default:
      return "x".repeat(typeof own.minLength === "number" ? own.minLength : 1);
  }
}

function sampleObject(schema: Schema): JsonObject {
  const named = Object.entries(propertiesOf(schema)).map(([name, property]) => [name, sample(property)] as const);
  const isMap = named.length === 0 && isObject(schema.additionalProperties);
  return Object.fromEntries(isMap ? [["key", sample(schema.additionalProperties)] as const] : named);
}

const propertiesOf = (schema: Schema) => (isObject(schema.properties) ? schema.properties : {});

/** What a field is like; one of each kind is typed into, for each key draws the whole form anew. */
function kindOf(field: HTMLInputElement): string {
  return [field.closest<HTMLElement>("[data-field]")?.dataset.field, field.tagName, field.inputMode].join();
}

/** What is left of a value after something else was typed into fields of its form, and then what stood there. */
function typedThrough(schema: Schema, start: JsonObject): JsonObject {
  let value = start;
  let changes = 0;
  render(
    <Form
      schema={schema}
      start={start}
      onValue={(next) => {
        value = next;
        changes += 1;
      }}
    />,
  );
  expect(value, "nothing changes by being drawn").toEqual(start);
  const form = screen.getByRole("form", { name: "Arguments" });
  const fields = [...form.querySelectorAll<HTMLInputElement>("input:not([type=checkbox]), textarea")];
  for (const field of new Map(fields.map((field) => [kindOf(field), field])).values()) {
    const before = field.value;
    const isJson = field.closest('[data-field="json"]') !== null;
    const changesBefore = changes;
    fireEvent.change(field, { target: { value: isJson ? "[1]" : `${before}1` } });
    expect(changes, `what is typed into ${field.id} is taken`).toBeGreaterThan(changesBefore);
    fireEvent.change(field, { target: { value: before } });
  }
  cleanup();
  return value;
}

describe("forms of schemas that nobody here wrote", () => {
  let forms = 0;

  it.each(tools.map((tool) => [`${tool.server} ${tool.tool}`, tool] as const))("%s", (_name, tool) => {
    expect(draw(tool)).toEqual({ lost: [], unexplained: 0, complaints: 0 });
    const json = jsonParts(formSchema(tool.schema));
    expect(json.filter(({ reason }) => reason === undefined)).toEqual([]);
    if (json.length === 0) forms += 1;
  });

  it.each(tools.map((tool) => [`${tool.server} ${tool.tool}`, tool] as const))(
    "%s round-trips",
    (_name, { schema }) => {
      const start = sampleObject(inlineReferences(schema));
      expect(typedThrough(schema, start)).toEqual(start);
    },
  );

  afterAll(() => {
    console.info(
      `${String(forms)} of ${String(tools.length)} real schemas are forms throughout, the rest but for some JSON`,
    );
    expect(forms / tools.length).toBeGreaterThanOrEqual(0.97);
  });
});
