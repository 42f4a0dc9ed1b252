import { isExact } from "../exactNumber";
import { type AnySchema, asSchema, branches, typesOf } from "./schema";

const scalars = new Set(["string", "number", "integer", "boolean", "null"]);

/** The JSON types of the values of a map, where all can be written in one line; else none. */
export function mapValueTypes(schema: AnySchema): string[] {
  const own = typesOf(asSchema(schema));
  const options = ["anyOf", "oneOf"].flatMap((word) => branches(asSchema(schema), word)).map(mapValueTypes);
  const types = own.length > 0 || options.some((option) => option.length === 0) ? own : options.flat();
  return types.every((type) => scalars.has(type)) ? [...new Set(types)] : [];
}

/** The value that a text stands for among such types: as JSON where that is one of them, else the text itself. */
export function readMapValue(text: string, types: readonly string[]): unknown {
  if (types.every((type) => type === "string")) return text;
  try {
    const value: unknown = JSON.parse(text);
    // A number that would be rounded stays a text, which is refused where no text is wanted.
    const isKept = typeof value !== "number" || isExact(text.trim());
    return isKept && namesOf(value).some((name) => types.includes(name)) ? value : text;
  } catch {
    return text;
  }
}

/** The text that stands for a value; one that would be read as something else is quoted. */
export function writeMapValue(value: unknown, types: readonly string[]): string {
  return typeof value === "string" && readMapValue(value, types) === value ? value : JSON.stringify(value);
}

function namesOf(value: unknown): string[] {
  if (value === null) return ["null"];
  return Number.isInteger(value) ? ["integer", "number"] : [typeof value];
}
