import { type FieldProblem } from "@/host/bindings";
import { readablePointer, valueAt } from "@/lib/jsonPointer";
import { fieldAt } from "@/lib/schema/fieldAt";
import { type JsonObject, type Schema } from "@/lib/schema/schema";
import { type ValueProblem } from "@/lib/schema/validate";
import { joinTexts } from "@/lib/words";

/**
 * The first problem of each rendered field, and all of the whole form, which have no field. Problems inside a field are
 * prefixed with their path.
 */
export function problemsByField(drawn: Schema, problems: readonly ValueProblem[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, message } of problems) {
    const field = fieldAt(drawn, path);
    const inner = readablePointer(path.slice(field.length));
    const text = joinTexts(": ", inner, message);
    if (field === "") found.set("", joinTexts("\n", found.get(""), text));
    else if (!found.has(field)) found.set(field, text);
  }
  return found;
}

/** Returns the errors whose values did not change. */
export function standingErrors(
  errors: readonly FieldProblem[],
  before: JsonObject,
  after: JsonObject,
): readonly FieldProblem[] {
  const isSame = (path: string) => JSON.stringify(valueAt(before, path)) === JSON.stringify(valueAt(after, path));
  return errors.filter(({ path }) => isSame(path));
}
