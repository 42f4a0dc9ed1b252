import { resolveReference } from "./inline";
import { isRedacted, REDACTED, withoutRedacted } from "../redacted";
import { type AnySchema, asSchema, inPlaceSchemas, isObject, isSchema, type JsonObject, type Schema } from "./schema";

/**
 * The value with what `replace` gives for each part that the schema marks as secret (`writeOnly`, or `format:
 * password`), as the host hides them before it keeps a run: a mark of any alternative counts, taken or not.
 * `name` is that of the member that holds the part.
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

/** The values with `<redacted>` for each secret that was entered. */
export function redactSecrets(values: JsonObject, schema: AnySchema): JsonObject {
  const hidden = replaceSecrets(values, schema, (value) => (isEmpty(value) ? value : REDACTED));
  return isObject(hidden) ? hidden : {};
}

/** The values without the secrets that were entered; `missing` names those. For whatever outlives a form. */
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

/** Every schema that speaks of the same value as one of `schemas`, those included, each once. */
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

/** The schemas for the member of that name. Patterns are not tried: one that may fit counts. */
function memberSchemas(schema: Schema, name: string): AnySchema[] {
  const properties = asSchema(schema.properties);
  const patterns = Object.values(asSchema(schema.patternProperties));
  const named = Object.hasOwn(properties, name)
    ? [properties[name]]
    : [schema.additionalProperties, schema.unevaluatedProperties];
  return [...named, ...patterns].filter(isSchema);
}

/** The schemas for the item at that place, in the words of this and of earlier drafts. */
function itemSchemas(schema: Schema, place: number): AnySchema[] {
  const own = [schema.prefixItems, schema.items]
    .map((list): unknown => (Array.isArray(list) ? list[place] : undefined))
    .filter(isSchema);
  if (own[0] !== undefined) return [own[0]];
  return [schema.items, schema.additionalItems, schema.unevaluatedItems].filter(isSchema);
}
