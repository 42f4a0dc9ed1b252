export type Schema = { readonly [keyword: string]: unknown };
export type AnySchema = Schema | boolean;

export type JsonObject = { readonly [key: string]: unknown };

/** Keywords with one schema, a list of schemas, or a map of names to schemas. */
const single = [
  "items",
  "additionalProperties",
  "contains",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const lists = ["allOf", "anyOf", "oneOf", "prefixItems"];
const maps = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two JSON values are equal, with their properties in the same order. */
export function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}

export function isSchema(value: unknown): value is AnySchema {
  return typeof value === "boolean" || isObject(value);
}

/** The schema as an object; anything else allows all values. */
export function asSchema(value: unknown): Schema {
  return isObject(value) ? value : {};
}

/** The schemas in list keywords such as `oneOf`. */
export function branches(schema: Schema, ...keywords: string[]): Schema[] {
  return keywords.flatMap((keyword) => listOf(schema[keyword])).filter(isObject);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The schemas in this one that apply to the same value: alternatives, conditions and dependencies; not references. */
export function inPlaceSchemas(schema: Schema): AnySchema[] {
  const alternatives = ["allOf", "anyOf", "oneOf"].flatMap((keyword) => listOf(schema[keyword]));
  const conditions = ["if", "then", "else", "not"].map((keyword) => schema[keyword]);
  const dependent = ["dependentSchemas", "dependencies"].flatMap((keyword) => Object.values(asSchema(schema[keyword])));
  return [...alternatives, ...conditions, ...dependent].filter(isSchema);
}

export function requiredNames(schema: Schema): string[] {
  return listOf(schema.required).filter((name) => typeof name === "string");
}

export function typesOf(schema: Schema): string[] {
  const types = typeof schema.type === "string" ? [schema.type] : listOf(schema.type);
  return types.filter((type) => typeof type === "string");
}

/** Applies `change` to each direct subschema. */
export function mapChildren(schema: Schema, change: (child: AnySchema) => AnySchema): Schema {
  const changed: Record<string, unknown> = { ...schema };
  for (const keyword of single) {
    if (isSchema(changed[keyword])) changed[keyword] = change(changed[keyword]);
  }
  for (const keyword of lists) {
    const list = changed[keyword];
    if (Array.isArray(list)) changed[keyword] = list.map((child) => (isSchema(child) ? change(child) : {}));
  }
  for (const keyword of maps) {
    const map = changed[keyword];
    if (isObject(map)) {
      changed[keyword] = Object.fromEntries(
        Object.entries(map).map(([name, child]) => [name, isSchema(child) ? change(child) : {}]),
      );
    }
  }
  return changed;
}
