import { factsOf } from "./formSchema";
import { type Schema } from "./schema";

/** A field as it is drawn: its label, and its part of a `formSchema`. */
type FormField = { name: string; label: string; schema: Schema };

/** Longest label and value, in letters, that half of a narrow form has room for; and help, in about three lines. */
const longestLabel = 18;
const longestValue = 18;
const longestHelp = 80;

/** Names of the fields that stand two in a row: short ones that follow each other, in pairs from the first on. */
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
  // Beside the value stands the choice of `null`; a constant is not drawn; a secret has its own ways of being given.
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
