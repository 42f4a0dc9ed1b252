import { resolveReference } from "./inline";
import { isRedacted, REDACTED, withoutRedacted } from "../redacted";
import { type AnySchema, asSchema, inPlaceSchemas, isObject, isSchema, type JsonObject, type Schema } from "./schema";

/**
 * Replaces each part that the schema marks as secret (`writeOnly` or `format: password`), as the host does before it
 * stores a run: marks in any alternative count. `name` is the property name.
 */
export function replaceSecrets(
  values: unknown,
  schema: AnySchema,
  replace: (value: unknown, name: string) => unknown,
): unknown {
  const root = asSchema(schema);
  const walk = (value: unknown, schemas: readonly AnySchema[], name: string): unknown => {
    const all = applicableSchemas(schemas, root);
    if (all.some(isSecret)) return replace(value, name);
    if (Array.isArray(value))
      return value.map((item, place) =>
        walk(
          item,
          all.flatMap((one) => itemSchemas(one, place)),
          name,
        ),
      );
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        walk(
          member,
          all.flatMap((one) => memberSchemas(one, key)),
          key,
        ),
      ]),
    );
  };
  return walk(values, [root], "");
}

/** Replaces entered secrets by `<redacted>`. */
export function redactSecrets(values: JsonObject, schema: AnySchema): JsonObject {
  const hidden = replaceSecrets(values, schema, (value) => (isEmpty(value) ? value : REDACTED));
  return isObject(hidden) ? hidden : {};
}

/** Drops entered secrets from values that outlive a form; `missing` names them. */
export function dropSecrets(values: JsonObject, schema: AnySchema): { values: JsonObject; missing: string[] } {
  const hidden = redactSecrets(values, schema);
  return isRedacted(JSON.stringify(hidden)) ? withoutRedacted(hidden) : { values, missing: [] };
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || (isObject(value) && Object.values(value).every(isEmpty))
  );
}

function isSecret(schema: Schema): boolean {
  return schema.writeOnly === true || schema.format === "password";
}

/** All schemas that apply to the same value as `schemas`, including those. */
function applicableSchemas(schemas: readonly AnySchema[], root: Schema): Schema[] {
  const all = new Set<Schema>();
  const queue = [...schemas];
  while (queue.length > 0) {
    const schema = queue.pop();
    if (!isObject(schema) || all.has(schema)) continue;
    all.add(schema);
    const references = [schema.$ref, schema.$dynamicRef].filter((reference) => typeof reference === "string");
    const targets = references.map((reference) => resolveReference(root, reference)).filter(isSchema);
    queue.push(...inPlaceSchemas(schema), ...targets);
  }
  return [...all];
}

/** The schemas of a property. Patterns are not evaluated: each one counts. */
function memberSchemas(schema: Schema, name: string): AnySchema[] {
  const properties = asSchema(schema.properties);
  const patterns = Object.values(asSchema(schema.patternProperties));
  const named = Object.hasOwn(properties, name)
    ? [properties[name]]
    : [schema.additionalProperties, schema.unevaluatedProperties];
  return [...named, ...patterns].filter(isSchema);
}

/** The schemas of a list item, in current and earlier drafts. */
function itemSchemas(schema: Schema, place: number): AnySchema[] {
  const own = [schema.prefixItems, schema.items]
    .map((list): unknown => (Array.isArray(list) ? list[place] : undefined))
    .filter(isSchema);
  if (own[0] !== undefined) return [own[0]];
  return [schema.items, schema.additionalItems, schema.unevaluatedItems].filter(isSchema);
}
