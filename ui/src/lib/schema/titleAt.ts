import { fromPointer } from "../jsonPointer";
import { type AnySchema, asSchema, branches, isObject, type Schema } from "./schema";

/** The label of a place: `Sign-in, Client ID`. Without a title, its name. */
export function titleAt(schema: AnySchema, pointer: string): string {
  const words: string[] = [];
  let here = [asSchema(schema)];
  for (const step of fromPointer(pointer)) {
    here = here.flatMap((outer) => schemasAt(outer, step));
    const title = here.map((inner) => inner.title).find((told) => typeof told === "string");
    // List items are numbered.
    if (isIndex(step) && words.length > 0) words.push(`${words.pop() ?? ""} ${Number(step) + 1}`);
    else words.push(title ?? step);
  }
  return words.join(", ");
}

/** The schemas of a property or item, including those in alternatives. */
function schemasAt(outer: Schema, step: string): Schema[] {
  const member = asSchema(outer.properties)[step];
  const own = isObject(member) ? [member] : isIndex(step) && isObject(outer.items) ? [outer.items] : [];
  const parts = branches(outer, "allOf", "anyOf", "oneOf");
  return [...own, ...parts.flatMap((part) => schemasAt(part, step))];
}

function isIndex(step: string): boolean {
  return /^\d+$/.test(step);
}
