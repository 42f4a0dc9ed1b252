import { roundedNames } from "../redacted";
import { inlineReferences } from "./inline";
import { type AnySchema, asSchema, isObject, type JsonObject, requiredNames, type Schema } from "./schema";

/**
 * The initial arguments of a form: required properties with a default or a constant. Other defaults are left to the
 * server.
 */
export function initialArguments(schema: AnySchema): JsonObject {
  return fill(inlineReferences(schema));
}

function fill(schema: Schema): JsonObject {
  const properties = asSchema(schema.properties);
  const filled: Record<string, unknown> = {};
  for (const name of requiredNames(schema)) {
    const property = asSchema(properties[name]);
    // A number that lost digits on its way here would be sent as another one.
    if ("default" in property) {
      if (roundedNames([property.default]).length === 0) filled[name] = property.default;
    } else if ("const" in property) filled[name] = property.const;
    else if (isObject(property.properties)) {
      const inner = fill(property);
      if (Object.keys(inner).length > 0) filled[name] = inner;
    }
  }
  return filled;
}
