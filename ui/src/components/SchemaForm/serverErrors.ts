import { type FieldProblem, type Json, type Problem } from "@/host/bindings";
import { readablePointer, valueAt } from "@/lib/jsonPointer";
import { fieldAt } from "@/lib/schema/fieldAt";
import { formSchema } from "@/lib/schema/formSchema";
import { type JsonObject, type Schema } from "@/lib/schema/schema";
import { schemaOf, type ValueProblem } from "@/lib/schema/validate";

/** The problem without the parts that a form of that schema shows at its fields. */
export function beyondForm(problem: Problem, schema: Json): Problem {
  const drawn = formSchema(schemaOf(schema));
  return { ...problem, fields: problem.fields.filter(({ path }) => fieldAt(drawn, path) === "") };
}

/** The first problem of each rendered field. Problems inside a field are prefixed with their path. */
export function problemsByField(drawn: Schema, problems: readonly ValueProblem[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, message } of problems) {
    const field = fieldAt(drawn, path);
    const inner = readablePointer(path.slice(field.length));
    if (!found.has(field)) found.set(field, inner === "" || field === "" ? message : `${inner}: ${message}`);
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
