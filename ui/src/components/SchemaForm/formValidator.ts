import { type RJSFSchema, type ValidatorType } from "@rjsf/utils";
import { factsOf } from "@/lib/schema/formSchema";
import { type AnySchema, mapChildren, type Schema } from "@/lib/schema/schema";
import { fits } from "@/lib/schema/validate";

/**
 * Tells the form library which alternative a value belongs to. Problems are found elsewhere, against the original
 * schema.
 */
export const formValidator: ValidatorType = {
  isValid: (schema: RJSFSchema, value: unknown) => value !== undefined && fits(asSent(schema), value),
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
};

/** Restores what `formSchema` removed: nullability, and the values of an enum. */
function asSent(schema: AnySchema): AnySchema {
  if (typeof schema === "boolean") return schema;
  const { nullable, choices } = factsOf(schema);
  const inner: Schema = mapChildren(
    choices ? { ...schema, enum: choices.map((choice) => choice.value) } : schema,
    asSent,
  );
  return nullable ? { anyOf: [{ type: "null" }, inner] } : inner;
}
