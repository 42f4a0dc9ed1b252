import { type OutputUnit, type ValidationResult, Validator } from "@cfworker/json-schema";
import { fromPointer, toPointer, valueAt } from "../jsonPointer";
import { isCheckedSoon, isQuickPattern } from "./bounds";
import { problemWords } from "./problemWords";
import { type AnySchema, isObject, isSchema, mapChildren } from "./schema";

/** A problem at a place of a value, in the shape of the host's `FieldProblem`. */
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

/** Whether `value` is valid; false if the schema cannot be processed. */
export function fits(schema: AnySchema, value: unknown): boolean {
  return check(schema, value, true)?.valid ?? false;
}

/** Validates; `null` if the schema cannot be processed, or only too slowly. */
function check(schema: AnySchema, value: unknown, untilFirst: boolean): ValidationResult | null {
  if (!isCheckedSoon(schema, value)) return null;
  try {
    return new Validator(sanitizeSchema(schema), "2020-12", untilFirst).validate(value);
  } catch {
    return null;
  }
}

/**
 * Prepares a schema for the validator: `$id` would change the base of local references, slow patterns would block the
 * page, `false` is reported without its place in the schema, and the validator modifies its input.
 */
function sanitizeSchema(schema: AnySchema): AnySchema {
  if (typeof schema === "boolean") return schema || { not: {} };
  const { $id, id, $schema, pattern, patternProperties, ...others } = schema;
  const sanitized: Record<string, unknown> = others;
  if (id !== undefined && typeof id !== "string") sanitized.id = id;
  makeNumeric(sanitized, "minimum", "exclusiveMinimum");
  makeNumeric(sanitized, "maximum", "exclusiveMaximum");
  if (typeof pattern === "string" && isQuickPattern(pattern)) sanitized.pattern = pattern;
  if (isObject(patternProperties)) {
    const safe = Object.entries(patternProperties).filter(([name]) => isQuickPattern(name));
    sanitized.patternProperties = Object.fromEntries(safe);
    // Properties that match a skipped pattern must not count as additional.
    if (safe.length < Object.keys(patternProperties).length) {
      delete sanitized.additionalProperties;
      delete sanitized.unevaluatedProperties;
    }
  }
  return mapChildren(sanitized, sanitizeSchema);
}

/** Draft 4 and OpenAPI 3.0 say by a boolean whether the limit itself is excluded. */
function makeNumeric(schema: Record<string, unknown>, limit: string, exclusive: string): void {
  if (typeof schema[exclusive] !== "boolean") return;
  if (schema[exclusive] && limit in schema) {
    schema[exclusive] = schema[limit];
    delete schema[limit];
  } else delete schema[exclusive];
}

/** Keywords whose errors only repeat an inner error. */
const summaries = new Set([
  "properties",
  "patternProperties",
  "items",
  "prefixItems",
  "$ref",
  "$dynamicRef",
  "allOf",
  "if",
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "dependentSchemas",
  "propertyNames",
  "contains",
]);

/** The errors to show: no summaries, and for alternatives only those of the intended one. */
function relevantErrors(errors: OutputUnit[]): OutputUnit[] {
  let relevant = errors;
  // Innermost alternatives first, because outer ones depend on their result.
  const choices = errors
    .filter((error) => error.keyword === "anyOf" || error.keyword === "oneOf")
    .sort((a, b) => b.keywordLocation.length - a.keywordLocation.length);
  for (const choice of choices) relevant = resolveAlternative(choice, relevant);
  return relevant.filter((error) => !summaries.has(error.keyword));
}

/** Keeps the errors of the only plausible alternative, or else the error that none matches. */
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

/** A wrong type or discriminator rules an alternative out. */
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
  const dependent = /^Instance has "(.*)" but does not have "(.*)"\.$/.exec(error.error);
  if (dependent?.[2] !== undefined) {
    return { path: toPointer([...path, dependent[2]]), message: `Required with ${dependent[1]}` };
  }
  const value = valueAt(root, error.instanceLocation);
  const rule = valueAt(schema, error.keywordLocation.replace(/^#/, ""));
  return { path: toPointer(path), message: problemWords(error, value, rule) };
}

/** The schema in the host's free `Json` value; anything else allows all values. */
export function schemaOf(json: unknown): AnySchema {
  return isSchema(json) ? json : {};
}
