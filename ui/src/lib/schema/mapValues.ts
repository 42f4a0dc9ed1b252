import { isExact } from "../exactNumber";
import { type AnySchema, asSchema, branches, typesOf } from "./schema";

const scalars = new Set(["string", "number", "integer", "boolean", "null"]);

/** The JSON types of a map's values if all fit on one line, else none. */
export function mapValueTypes(schema: AnySchema): string[] {
  const own = typesOf(asSchema(schema));
  const options = branches(asSchema(schema), "anyOf", "oneOf").map(mapValueTypes);
  const types = own.length > 0 || options.some((option) => option.length === 0) ? own : options.flat();
  return types.every((type) => scalars.has(type)) ? [...new Set(types)] : [];
}

/** Parses a text as JSON if that yields one of the types, else returns the text. */
export function readMapValue(text: string, types: readonly string[]): unknown {
  if (types.every((type) => type === "string")) return text;
  try {
    const value: unknown = JSON.parse(text);
    // A number that would be rounded stays text, which validation rejects if no text is allowed.
    const isKept = typeof value !== "number" || isExact(text.trim());
    return isKept && namesOf(value).some((name) => types.includes(name)) ? value : text;
  } catch {
    return text;
  }
}

/** The inverse of {@link readMapValue}; a string that would parse as another type is quoted. */
export function writeMapValue(value: unknown, types: readonly string[]): string {
  return typeof value === "string" && readMapValue(value, types) === value ? value : JSON.stringify(value);
}

function namesOf(value: unknown): string[] {
  if (value === null) return ["null"];
  return Number.isInteger(value) ? ["integer", "number"] : [typeof value];
}
