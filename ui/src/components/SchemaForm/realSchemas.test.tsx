import { readFileSync } from "node:fs";
import { cleanup, render, screen } from "@testing-library/react";
import { afterAll, describe, expect, it, vi } from "vitest";
import { FACTS, type FieldFacts, factsOf, formSchema } from "@/lib/schema/formSchema";
import { isObject, type Schema } from "@/lib/schema/schema";
import { SchemaForm } from "./SchemaForm";
import { useArguments } from "./useArguments";

type Tool = { server: string; tool: string; schema: Schema };

/** Input schemas of tools of published servers, exactly as these sent them. */
const tools = readFileSync("../tests/schemas/real.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Tool);

function Form({ schema }: { schema: Schema }) {
  const { value, change, shown, touch } = useArguments(schema);
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

describe("forms of schemas that nobody here wrote", () => {
  let forms = 0;

  it.each(tools.map((tool) => [`${tool.server} ${tool.tool}`, tool] as const))("%s", (_name, tool) => {
    expect(draw(tool)).toEqual({ lost: [], unexplained: 0, complaints: 0 });
    const json = jsonParts(formSchema(tool.schema));
    expect(json.filter(({ reason }) => reason === undefined)).toEqual([]);
    if (json.length === 0) forms += 1;
  });

  afterAll(() => {
    console.info(
      `${String(forms)} of ${String(tools.length)} real schemas are forms throughout, the rest but for some JSON`,
    );
    expect(forms / tools.length).toBeGreaterThanOrEqual(0.97);
  });
});
