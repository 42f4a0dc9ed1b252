import { type RJSFSchema, type ValidatorType } from "@rjsf/utils";
import { factsOf } from "@/lib/schema/formSchema";
import { type AnySchema, mapChildren, type Schema } from "@/lib/schema/schema";
import { fits } from "@/lib/schema/validate";

/**
 * What the form library asks: which alternative does a value belong to? Problems of the value itself
 * are found outside of it, against the schema as it was sent.
 */
export const formValidator: ValidatorType = {
  isValid: (schema: RJSFSchema, value: unknown) => value !== undefined && fits(asSent(schema), value),
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
};

/** Puts back what drawing took out of a schema: that `null` is allowed, and the values to choose from. */
function asSent(schema: AnySchema): AnySchema {
  if (typeof schema === "boolean") return schema;
  const { nullable, choices } = factsOf(schema);
  const inner: Schema = mapChildren(
    choices ? { ...schema, enum: choices.map((choice) => choice.value) } : schema,
    asSent,
  );
  return nullable ? { anyOf: [{ type: "null" }, inner] } : inner;
}
