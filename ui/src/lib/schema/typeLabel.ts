import { OPAQUE } from "./inline";
import { type AnySchema, asSchema, branches, isObject, type Schema, typesOf } from "./schema";

/** The type of a schema for display: `integer | null`, `string[]`. */
export function typeLabel(schema: AnySchema): string {
  if (typeof schema === "boolean" || schema[OPAQUE] === true) return "any";
  const named = typesOf(schema);
  if (named.length > 0) return unique(named.map((type) => oneType(type, schema))).join(" | ");
  if (Array.isArray(schema.enum)) return unique(schema.enum.map(jsonType)).join(" | ");
  if ("const" in schema) return jsonType(schema.const);
  const options = branches(schema, "anyOf", "oneOf");
  if (options.length > 0) return joinLabels(unique(options.map(typeLabel)));
  if (isObject(schema.properties)) return "object";
  return "any";
}

function oneType(type: string, schema: Schema): string {
  if (type === "string" && typeof schema.format === "string" && schema.format !== "textarea") return schema.format;
  if (type !== "array") return type;
  if (!isObject(schema.items)) return "array";
  const inner = typeLabel(asSchema(schema.items));
  return inner.includes(" ") ? `(${inner})[]` : `${inner}[]`;
}

/** More than three types are only counted. */
function joinLabels(labels: string[]): string {
  return labels.length > 3 ? `any of ${labels.length} types` : labels.join(" | ");
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function unique(labels: string[]): string[] {
  return [...new Set(labels)];
}
