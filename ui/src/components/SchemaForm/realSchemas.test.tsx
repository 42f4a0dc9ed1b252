import { readFileSync } from "node:fs";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
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

/** Chooses each alternative of what is drawn, which draws other fields. */
function alternatives(form: HTMLElement): (() => void)[] {
  const segments = form.querySelectorAll<HTMLElement>('[role="radiogroup"][aria-label^="Type of"] button');
  const options = [...form.querySelectorAll<HTMLSelectElement>("select")].filter(isOfAlternatives).flatMap((select) =>
    [...select.options].map(({ value }) => () => {
      fireEvent.change(select, { target: { value } });
    }),
  );
  return [...[...segments].map((segment) => () => void fireEvent.click(segment)), ...options];
}

/** Whether this is the menu of alternatives with fields of their own. */
const isOfAlternatives = (select: HTMLSelectElement) => select.closest("label")?.textContent.startsWith("Type of");

/** What is wrong with the form of a schema. */
function draw({ schema }: Tool) {
  const complaints = vi.spyOn(console, "error");
  render(<Form schema={schema} />);
  const form = screen.getByRole("form", { name: "Arguments" });
  const names = Object.keys((schema.properties as Schema | undefined) ?? {});
  const isDrawn = (name: string) => form.querySelector(`[data-pointer="${CSS.escape(`/${name}`)}"]`) !== null;
  const lost = names.filter((name) => !isDrawn(name));
  const isUnexplained = (field: Element) => !field.textContent.includes("No form: ");
  const countUnexplained = () => [...form.querySelectorAll('[data-field="json"]')].filter(isUnexplained).length;
  let unexplained = countUnexplained();
  for (const choose of alternatives(form)) {
    choose();
    unexplained += countUnexplained();
  }
  const wrong = { lost, unexplained, complaints: complaints.mock.calls.length };
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

/** What a control is like; one of each kind is used, for each change draws the whole form anew. */
function kindOf(control: HTMLElement): string {
  return [control.closest<HTMLElement>("[data-field]")?.dataset.field, control.tagName, control.inputMode].join();
}

const oneOfEachKind = <T extends HTMLElement>(controls: Iterable<T>) =>
  new Map([...controls].map((control) => [kindOf(control), control])).values();

type Change = (control: HTMLElement) => void;

/** What is left of a value after fields of its form were changed, each to something else and back. */
function changedThrough(schema: Schema, start: JsonObject): JsonObject {
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
  const changeAndBack = (control: HTMLElement, change: Change, back: Change) => {
    const changesBefore = changes;
    change(control);
    expect(changes, `a change of ${control.outerHTML} is taken`).toBeGreaterThan(changesBefore);
    back(control);
  };

  for (const field of oneOfEachKind(form.querySelectorAll<HTMLInputElement>(`${typed}, textarea`))) {
    const before = field.value;
    const isJson = field.closest('[data-field="json"]') !== null;
    const type = (text: string) => () => fireEvent.change(field, { target: { value: text } });
    changeAndBack(field, type(isJson ? "[1]" : `${before}1`), type(before));
  }
  for (const box of oneOfEachKind(form.querySelectorAll<HTMLElement>("input[type=checkbox]")))
    changeAndBack(box, fireEvent.click, fireEvent.click);
  for (const select of oneOfEachKind(form.querySelectorAll<HTMLSelectElement>("select"))) {
    const before = select.value;
    const other = [...select.options].find((option) => option.value !== before && option.value !== "");
    // Another alternative has other fields.
    if (other === undefined || isOfAlternatives(select)) continue;
    const choose = (key: string) => () => fireEvent.change(select, { target: { value: key } });
    changeAndBack(select, choose(other.value), choose(before));
  }
  for (const rows of oneOfEachKind(form.querySelectorAll<HTMLElement>('[data-field="rows"]'))) {
    const add = within(rows).queryAllByRole("button", { name: /^Add / }).at(-1);
    const remove = () => {
      const last = within(rows)
        .getAllByRole("button", { name: /^Remove item / })
        .at(-1);
      if (last) fireEvent.click(last);
    };
    if (add) changeAndBack(add, fireEvent.click, remove);
  }
  cleanup();
  return value;
}

const typed = "input:not([type=checkbox], [type=radio])";

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
      expect(changedThrough(schema, start)).toEqual(start);
    },
  );

  afterAll(() => {
    console.info(
      `${String(forms)} of ${String(tools.length)} real schemas are forms throughout, the rest but for some JSON`,
    );
    expect(forms / tools.length).toBeGreaterThanOrEqual(0.97);
  });
});
