import { inlineReferences, OPAQUE } from "./inline";
import { mapValueTypes } from "./mapValues";
import {
  type AnySchema,
  asSchema,
  branches,
  isObject,
  mapChildren,
  requiredNames,
  type Schema,
  typesOf,
} from "./schema";
import { typeLabel } from "./typeLabel";

/**
 * What the form knows of a field beyond JSON Schema. `field` is the editor: `leaf` for one input, `chips` for texts on
 * one line, `choices` for several of a list, `map` for values by custom names, `json` for JSON.
 */
export type FieldFacts = {
  field: "leaf" | "chips" | "choices" | "json" | "map" | "rows" | "object" | "options";
  /** The type for display, from the original schema. */
  type: string;
  /** Whether `null` is allowed. */
  nullable: boolean;
  /** The server's default, which is shown but not sent. */
  fallback?: unknown;
  choices?: Choice[];
  /** Whether it is collapsed initially (`x-advanced`). */
  advanced?: boolean;
  /** Whether the values of a `map` are secret. */
  secret?: boolean;
  /** JSON types of the values of a `map`. */
  values?: readonly string[];
  /** Why it is edited as JSON. */
  reason?: string;
  /** Number of properties that can only be edited as JSON, because the form would be too long. */
  hidden?: number;
};

export type Choice = { value: unknown; label: string; description?: string };

export const FACTS = "x-patchbay";

export function factsOf(schema: AnySchema): FieldFacts {
  const facts = asSchema(schema)[FACTS];
  return isObject(facts) ? (facts as FieldFacts) : { field: "json", type: "any", nullable: false };
}

/** The form library selects a field component by `$id` before the type. */
const fieldIds: Partial<Record<FieldFacts["field"], string>> = {
  leaf: "LeafField",
  chips: "ChipsField",
  choices: "ChoicesField",
  json: "JsonField",
  map: "MapField",
};

/**
 * A tool's input schema (JSON Schema 2020-12, exactly as the server sent it) as a schema the form can draw.
 *
 * Each part stands for itself (no `$ref`), says how it is edited, and holds no `default`: the form library
 * would write defaults into the value, and arguments nobody gave must not be sent. The result only draws;
 * validation looks at the original.
 */
export function formSchema(raw: AnySchema): Schema {
  const root = convert(inlineReferences(raw), true);
  const facts = factsOf(root);
  return facts.field === "object" ? root : { type: "object", properties: {}, [FACTS]: { ...facts, field: "object" } };
}

/** `top` marks the arguments themselves, which are an object even if the schema does not say so. */
function convert(schema: AnySchema, top = false): Schema {
  if (typeof schema === "boolean") return json({}, false, reasons.anything);
  if (schema[OPAQUE] === true) return json(schema, false, reasons.tooDeep);
  const type = typeLabel(schema);
  const { rest, nullable } = withoutNull(mergeAllOf(schema));
  const annotations = { title: rest.title, description: rest.description };
  const facts = (field: FieldFacts["field"], more: Partial<FieldFacts> = {}) => ({
    ...annotations,
    ...(fieldIds[field] ? { $id: fieldIds[field] } : {}),
    [FACTS]: { field, type, nullable, fallback: rest.default, ...more } satisfies FieldFacts,
  });
  if (rest["x-advanced"] === true) {
    const { "x-advanced": _folded, ...shown } = rest;
    const inner = convert(shown, top);
    return { ...inner, [FACTS]: { ...factsOf(inner), nullable, advanced: true } };
  }

  const choices = choicesOf(rest);
  if (choices) return { ...scalar(rest), ...facts("leaf", { choices }) };
  const options = optionsOf(rest);
  const types = typesOf(rest);
  if (types[0] === "object" || isObject(rest.properties) || top) return object(rest, options, facts, top);
  if (options) return { oneOf: options.map(convertOption), ...facts("options") };
  if (types.length > 1) {
    return {
      oneOf: types.map((name) => convert({ ...rest, type: name, title: name, description: undefined })),
      ...facts("options"),
    };
  }
  if (types[0] === "array") return list(rest, facts);
  if (types.length === 1 && types[0] !== "null") return { ...scalar(rest), ...facts("leaf") };
  return json(rest, nullable, reasons.anything, type);
}

/** Why a value is edited as JSON, for users. */
const reasons = {
  anything: "No form: any value is allowed here.",
  tooDeep: "No form: too large, recursive or described elsewhere.",
  unnamed: "No form: the server doesn't name the properties.",
  positions: "No form: each position has its own type.",
  items: "No form: the server doesn't describe the items.",
};

type Facts = (field: FieldFacts["field"], more?: Partial<FieldFacts>) => Schema;

function object(rest: Schema, options: Schema[] | undefined, facts: Facts, top: boolean): Schema {
  const properties = asSchema(rest.properties);
  const count = Object.keys(properties).length;
  if (count === 0 && !options) {
    if (top) return { type: "object", properties: {}, ...facts("object") };
    const members = asSchema(rest.additionalProperties);
    const secret = members.writeOnly === true;
    const values = secret ? ["string"] : mapValueTypes(members);
    return values.length > 0
      ? { type: "object", ...facts("map", { secret, values }) }
      : { ...facts("json", { reason: reasons.unnamed }) };
  }
  return {
    type: "object",
    properties: convertMembers(properties),
    required: requiredNames(rest),
    ...conditions(rest),
    ...(options?.some((option) => isObject(option.properties)) ? { oneOf: options.map(convertOption) } : {}),
    ...facts("object", { hidden: Math.max(0, count - MOST_FIELDS) }),
  };
}

/** Maximum number of rendered properties per object; more would block the window. */
const MOST_FIELDS = 300;

function convertMembers(properties: Schema): Schema {
  return Object.fromEntries(
    Object.entries(properties)
      .slice(0, MOST_FIELDS)
      .map(([name, property]) => [name, convert(property as AnySchema)]),
  );
}

/** `if`, `then` and `else` add fields as the value changes; the condition is evaluated only. */
function conditions(rest: Schema): Schema {
  if (!isObject(rest.if)) {
    const several = branches(rest, "allOf").map(conditions);
    return several.length > 0 ? { allOf: several } : {};
  }
  const conditional: Record<string, unknown> = { if: withoutDefaults(rest.if) };
  for (const keyword of ["then", "else"]) {
    const part = rest[keyword];
    if (!isObject(part)) continue;
    conditional[keyword] = { properties: convertMembers(asSchema(part.properties)), required: requiredNames(part) };
  }
  return conditional;
}

function withoutDefaults(schema: AnySchema): AnySchema {
  if (typeof schema === "boolean") return schema;
  const { default: _default, ...others } = schema;
  return mapChildren(others, withoutDefaults);
}

/** Converts an alternative. Constants discriminate it, so they are always required. */
function convertOption(option: Schema): Schema {
  const properties = asSchema(option.properties);
  const fixed = Object.keys(properties).filter((name) => "const" in asSchema(properties[name]));
  return convert({
    ...option,
    title: option.title ?? optionTitle(option),
    required: [...new Set([...requiredNames(option), ...fixed])],
  });
}

function optionTitle(option: Schema): string {
  const fixed = Object.values(asSchema(option.properties))
    .map(asSchema)
    .find((property) => "const" in property);
  return fixed ? String(fixed.const) : typeLabel(option);
}

function list(rest: Schema, facts: Facts): Schema {
  if (Array.isArray(rest.prefixItems)) return { ...facts("json", { reason: reasons.positions }) };
  if (!isObject(rest.items)) return { ...facts("json", { reason: reasons.items }) };
  const item = convert(rest.items);
  const { field, choices, nullable } = factsOf(item);
  const bounds = { type: "array", items: item, maxItems: rest.maxItems };
  if (choices && rest.uniqueItems === true) return { ...bounds, ...facts("choices", { choices }) };
  const plain = field === "leaf" && !choices && !nullable && item.type === "string" && item.format === undefined;
  return { ...bounds, ...facts(plain ? "chips" : "rows") };
}

function json(schema: Schema, nullable: boolean, reason: string, type = "any"): Schema {
  return {
    title: schema.title,
    description: schema.description,
    $id: fieldIds.json,
    [FACTS]: { field: "json", type, nullable, fallback: schema.default, reason } satisfies FieldFacts,
  };
}

/** The keywords that a scalar input needs. */
const scalarKeywords = [
  "const",
  "format",
  "maxLength",
  "minimum",
  "maximum",
  "writeOnly",
  "contentMediaType",
  "examples",
];

function scalar(rest: Schema): Schema {
  const given = scalarKeywords.filter((keyword) => rest[keyword] !== undefined);
  return { type: rest.type ?? "string", ...Object.fromEntries(given.map((keyword) => [keyword, rest[keyword]])) };
}

/**
 * Merges `allOf`; later parts override earlier ones, and the schema itself overrides all. Only conditions stay parts of
 * it, if there are several.
 */
function mergeAllOf(schema: Schema): Schema {
  const parts = branches(schema, "allOf");
  if (parts.length === 0) return schema;
  const { allOf: _parts, ...own } = schema;
  const all = [...parts.map(mergeAllOf), own];
  const merged = all.reduce<Schema>(
    (whole, part) => ({
      ...whole,
      ...part,
      ...(isObject(whole.properties) && isObject(part.properties)
        ? { properties: { ...whole.properties, ...part.properties } }
        : {}),
      ...(whole.required || part.required
        ? { required: [...new Set([...requiredNames(whole), ...requiredNames(part)])] }
        : {}),
    }),
    {},
  );
  const conditional = all.flatMap((part) => (isObject(part.if) ? [part] : branches(part, "allOf")));
  if (conditional.length < 2) return merged;
  const { if: _if, then: _then, else: _else, ...others } = merged;
  return { ...others, allOf: conditional };
}

const isNull = (schema: Schema) =>
  schema.type === "null" ||
  ("const" in schema && schema.const === null) ||
  (Array.isArray(schema.enum) && schema.enum.length === 1 && schema.enum[0] === null);

/** Removes `null` from types, enum and alternatives; returns whether it was allowed. */
function withoutNull(schema: Schema): { rest: Schema; nullable: boolean } {
  const rest: Record<string, unknown> = { ...schema };
  let nullable = schema.nullable === true;
  const types = typesOf(schema);
  if (types.includes("null") && types.length > 1) {
    nullable = true;
    const others = types.filter((type) => type !== "null");
    rest.type = others.length === 1 ? others[0] : others;
  }
  if (Array.isArray(schema.enum) && schema.enum.includes(null) && schema.enum.length > 1) {
    nullable = true;
    rest.enum = schema.enum.filter((value) => value !== null);
  }
  for (const keyword of ["anyOf", "oneOf"]) {
    const options = branches(schema, keyword);
    const others = options.filter((option) => !isNull(option));
    if (others.length === options.length || others.length === 0) continue;
    nullable = true;
    if (others.length > 1) {
      rest[keyword] = others;
      continue;
    }
    const { [keyword]: _alternatives, ...outer } = rest;
    return { rest: withoutNull(mergeAllOf({ ...others[0], ...outer })).rest, nullable };
  }
  return { rest, nullable };
}

/** The values of an enum, a constant, or alternatives that are constants. */
function choicesOf(rest: Schema): Choice[] | undefined {
  if (Array.isArray(rest.enum)) return (rest.enum as unknown[]).map((value) => ({ value, label: choiceLabel(value) }));
  if ("const" in rest) return [{ value: rest.const, label: choiceLabel(rest.const) }];
  for (const keyword of ["oneOf", "anyOf"]) {
    const options = branches(rest, keyword);
    if (options.length === 0 || !options.every((option) => "const" in option)) continue;
    return options.map(({ const: value, title, description }) => ({
      value,
      label: typeof title === "string" ? title : choiceLabel(value),
      description: typeof description === "string" ? description : undefined,
    }));
  }
  return undefined;
}

function choiceLabel(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}

/**
 * The alternatives to choose from. Those that only restrict, such as `anyOf: [{required: ["a"]}, …]`, do not change the
 * form; the validator applies them.
 */
function optionsOf(rest: Schema): Schema[] | undefined {
  const options = branches(rest, "oneOf", "anyOf");
  const structural = options.filter(
    (option) =>
      typesOf(option).length > 0 ||
      isObject(option.properties) ||
      "const" in option ||
      Array.isArray(option.enum) ||
      branches(option, "anyOf", "oneOf", "allOf").length > 0,
  );
  if (options.length === 0 || structural.length < options.length) return undefined;
  const own = typesOf(rest)[0];
  if (own !== undefined && own !== "object" && options.every((option) => typesOf(option).length === 0))
    return undefined;
  return options;
}
