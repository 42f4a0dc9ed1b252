import { type OutputUnit, type ValidationResult, Validator } from "@cfworker/json-schema";
import { fromPointer, toPointer, valueAt } from "../jsonPointer";
import { isCheckedSoon, isQuickPattern } from "./bounds";
import { problemWords } from "./problemWords";
import { type AnySchema, isObject, isSchema, mapChildren } from "./schema";

/** What is wrong with one place of a value; the shape is that of the host's `FieldProblem`. */
export type ValueProblem = { path: string; message: string };

/**
 * What a tool's input schema says against `value`, in plain words, one problem for each place.
 *
 * This answers while typing. The host has the last word when the tool is run; a schema that cannot be
 * read here (a reference to another document, say), or takes too long, is left to it.
 */
export function validate(schema: AnySchema, value: unknown): ValueProblem[] {
  const found = new Map<string, string>();
  for (const error of relevantErrors(check(schema, value, false)?.errors ?? [])) {
    const problem = explain(error, schema, value);
    if (problem && !found.has(problem.path)) found.set(problem.path, problem.message);
  }
  return [...found].map(([path, message]) => ({ path, message }));
}

/** Whether `value` fits `schema`; a schema that cannot be read fits nothing. */
export function fits(schema: AnySchema, value: unknown): boolean {
  return check(schema, value, true)?.valid ?? false;
}

/** What the validator says; `null` where the schema cannot be read, or going through it takes too long. */
function check(schema: AnySchema, value: unknown, untilFirst: boolean): ValidationResult | null {
  if (!isCheckedSoon(schema, value)) return null;
  try {
    return new Validator(sanitizeSchema(schema), "2020-12", untilFirst).validate(value);
  } catch {
    return null;
  }
}

/**
 * `$id` would move the base of local references, the validator writes into what it is given, and a slow regular
 * expression would keep the page from answering.
 */
function sanitizeSchema(schema: AnySchema): AnySchema {
  if (typeof schema === "boolean") return schema;
  const { $id, id, $schema, pattern, patternProperties, ...others } = schema;
  const kept: Record<string, unknown> = others;
  if (id !== undefined && typeof id !== "string") kept.id = id;
  if (typeof pattern === "string" && isQuickPattern(pattern)) kept.pattern = pattern;
  if (isObject(patternProperties)) {
    const quick = Object.entries(patternProperties).filter(([name]) => isQuickPattern(name));
    kept.patternProperties = Object.fromEntries(quick);
    // What a pattern that is not tried may be for is not one too many.
    if (quick.length < Object.keys(patternProperties).length) {
      delete kept.additionalProperties;
      delete kept.unevaluatedProperties;
    }
  }
  return mapChildren(kept, sanitizeSchema);
}

/** Keywords that only repeat that something inside them is wrong. */
const summaries = new Set([
  "properties",
  "patternProperties",
  "items",
  "prefixItems",
  "$ref",
  "$dynamicRef",
  "allOf",
  "if",
  "dependentSchemas",
  "propertyNames",
  "contains",
]);

/** The errors worth showing: no summaries, and of alternatives only those of the one that was meant. */
function relevantErrors(errors: OutputUnit[]): OutputUnit[] {
  let relevant = errors;
  // Innermost alternatives first, so that an outer choice sees what the inner ones came to.
  const choices = errors
    .filter((error) => error.keyword === "anyOf" || error.keyword === "oneOf")
    .sort((a, b) => b.keywordLocation.length - a.keywordLocation.length);
  for (const choice of choices) relevant = resolveAlternative(choice, relevant);
  return relevant.filter((error) => !summaries.has(error.keyword) && !isSummaryOfAdditional(error, errors));
}

function isSummaryOfAdditional(error: OutputUnit, errors: OutputUnit[]): boolean {
  if (error.keyword !== "additionalProperties" && error.keyword !== "unevaluatedProperties") return false;
  return errors.some((other) => other !== error && other.keywordLocation.startsWith(`${error.keywordLocation}/`));
}

/** Keeps the errors of the one alternative whose kind fits, or else the bare statement that none does. */
function resolveAlternative(choice: OutputUnit, errors: OutputUnit[]): OutputUnit[] {
  const inside = (error: OutputUnit) =>
    error.keywordLocation.startsWith(`${choice.keywordLocation}/`) &&
    error.instanceLocation.startsWith(choice.instanceLocation);
  const byBranch = new Map<string, OutputUnit[]>();
  for (const error of errors.filter(inside)) {
    const branch = error.keywordLocation.slice(choice.keywordLocation.length + 1).split("/", 1)[0] ?? "";
    byBranch.set(branch, [...(byBranch.get(branch) ?? []), error]);
  }
  const all = [...byBranch.values()];
  const plausible = all.filter((branch) => !branch.some((error) => rulesOut(error, choice)));
  const candidates =
    plausible.length > 0
      ? plausible
      : all.filter((branch) => !branch.some((error) => error.error.includes('Expected "null"')));
  const outside = errors.filter((error) => !inside(error));
  const [only] = candidates;
  return candidates.length === 1 && only ? [...outside.filter((error) => error !== choice), ...only] : outside;
}

/** A wrong type or a wrong discriminator tells that another alternative was meant. */
function rulesOut(error: OutputUnit, choice: OutputUnit): boolean {
  const depth = fromPointer(error.instanceLocation).length - fromPointer(choice.instanceLocation).length;
  return (error.keyword === "type" && depth === 0) || (error.keyword === "const" && depth <= 1);
}

function explain(error: OutputUnit, schema: AnySchema, root: unknown): ValueProblem | undefined {
  const path = fromPointer(error.instanceLocation);
  const quoted = /"([^"]*)"/.exec(error.error)?.[1];
  if (error.keyword === "required" && quoted !== undefined) {
    return { path: toPointer([...path, quoted]), message: "Enter a value" };
  }
  const value = valueAt(root, error.instanceLocation);
  const rule = valueAt(schema, error.keywordLocation.replace(/^#/, ""));
  return { path: toPointer(path), message: problemWords(error, value, rule) };
}

/** The schema in a value of the host's free `Json` type; what is none allows anything. */
export function schemaOf(json: unknown): AnySchema {
  return isSchema(json) ? json : {};
}
