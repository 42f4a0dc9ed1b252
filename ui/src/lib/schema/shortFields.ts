import { factsOf } from "./formSchema";
import { type Schema } from "./schema";

/** A rendered field: its label, and its part of a `formSchema`. */
type FormField = { name: string; label: string; schema: Schema };

/** Maximum lengths that fit half of a narrow form; help takes about three lines. */
const longestLabel = 18;
const longestValue = 18;
const longestHelp = 80;

/** The names of fields that share a row: consecutive short ones, in pairs. */
export function pairedFields(fields: readonly FormField[]): Set<string> {
  const paired = new Set<string>();
  for (let index = 0; index + 1 < fields.length; index += 1) {
    const [one, other] = [fields[index], fields[index + 1]];
    if (!one || !other || !isShort(one) || !isShort(other)) continue;
    paired.add(one.name).add(other.name);
    index += 1;
  }
  return paired;
}

function isShort({ label, schema }: FormField): boolean {
  const { field, nullable, choices } = factsOf(schema);
  // A nullable field has another control, a constant is not rendered, and a secret has several controls.
  if (field !== "leaf" || nullable || "const" in schema || schema.writeOnly === true) return false;
  if (
    label.length > longestLabel ||
    (typeof schema.description === "string" && schema.description.length > longestHelp)
  )
    return false;
  if (choices)
    return choices.every((choice) => choice.label.length <= longestValue && choice.description === undefined);
  if (schema.type === "integer" || schema.type === "number" || schema.type === "boolean") return true;
  return schema.format === "date" || schema.format === "time" || Number(schema.maxLength ?? Infinity) <= longestValue;
}
