import { resolveReference } from "./inline";
import { type AnySchema, asSchema, inPlaceSchemas, isObject, isSchema, type Schema } from "./schema";

/** Maximum number of schemas applied to a value and its parts, as on the host. */
const MOST_STEPS = 20_000;

/** Cost of resolving an anchor, in steps: it searches the whole schema. */
const ANCHOR_STEPS = 200;

const MOST_DEPTH = 200;

const MOST_PATTERN = 500;

/**
 * Whether validating `value` ends soon. The validator follows each path through a schema separately: with two
 * subschemas per level the paths double, which would block the page.
 */
export function isCheckedSoon(root: AnySchema, value: unknown): boolean {
  if (!isObject(root)) return true;
  const resolved = new Map<string, AnySchema | undefined>();
  let left = MOST_STEPS;

  function resolve(reference: string): AnySchema | undefined {
    if (!resolved.has(reference)) {
      if (!reference.startsWith("#/")) left -= ANCHOR_STEPS;
      resolved.set(reference, left < 0 ? undefined : resolveReference(root as Schema, reference));
    }
    return resolved.get(reference);
  }

  function isBounded(schema: unknown, here: unknown, depth: number): boolean {
    left -= 1;
    if (left < 0 || depth > MOST_DEPTH) return false;
    if (!isObject(schema)) return true;
    const references = ["$ref", "$dynamicRef", "$recursiveRef"]
      .map((keyword) => schema[keyword])
      .filter((reference) => typeof reference === "string")
      .map(resolve)
      .filter(isSchema);
    if (![...inPlaceSchemas(schema), ...references].every((part) => isBounded(part, here, depth + 1))) return false;
    if (Array.isArray(here))
      return here.every((item: unknown, at) =>
        itemSchemas(schema, at).every((part) => isBounded(part, item, depth + 1)),
      );
    if (!isObject(here)) return true;
    return Object.entries(here).every(([name, member]) =>
      memberSchemas(schema, name).every((part) => isBounded(part, member, depth + 1)),
    );
  }

  return isBounded(root, value, 0);
}

function memberSchemas(schema: Schema, name: string): AnySchema[] {
  const properties = asSchema(schema.properties);
  const own = Object.hasOwn(properties, name) ? [properties[name]] : [];
  const patterns = Object.values(asSchema(schema.patternProperties));
  return [...own, ...patterns, schema.additionalProperties, schema.unevaluatedProperties].filter(isSchema);
}

function itemSchemas(schema: Schema, at: number): AnySchema[] {
  const own = [schema.prefixItems, schema.items].map((list) => (Array.isArray(list) ? (list[at] as unknown) : list));
  return [...own, schema.contains, schema.additionalItems, schema.unevaluatedItems].filter(isSchema);
}

/** Maximum number of ways in which a pattern may try to match at one place. */
const MOST_WAYS = 1000;

/** Ways of a repetition without a low limit; three of them stay quick. */
const REPEATED_WAYS = 10;

/**
 * Whether a regular expression is safe to run in the page. JavaScript tries all ways to match, which can take forever;
 * the host does not. So what offers a choice must not be repeated, and the choices must be few.
 */
export function isQuickPattern(pattern: string): boolean {
  return pattern.length <= MOST_PATTERN && waysOf(pattern) <= MOST_WAYS;
}

/** A class, an escape, the start of a group with its kind, a quantifier, or any other character. */
const patternTokens = /\[(?:\\.|[^\]\\])*\]|\\.|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|(?:[*+?]|\{\d+(?:,\d*)?\})\??|./gsu;

/** Counts the ways to match: those of alternatives add up, those of a sequence multiply. */
function waysOf(pattern: string): number {
  type Group = { earlier: number; ways: number; last: number };
  const open: Group[] = [];
  let group: Group = { earlier: 0, ways: 1, last: 1 };
  const add = (ways: number) => {
    group.ways *= group.last;
    group.last = ways;
  };
  const close = () => group.earlier + group.ways * group.last;
  for (const [token] of pattern.matchAll(patternTokens)) {
    if (token.startsWith("(")) {
      open.push(group);
      group = { earlier: 0, ways: 1, last: 1 };
    } else if (token === ")") {
      const ways = close();
      group = open.pop() ?? group;
      add(ways);
    } else if (token === "|") {
      group = { earlier: close(), ways: 1, last: 1 };
    } else if (/^(?:[*+?]|\{\d)/.test(token)) {
      group.last = repeated(group.last, token);
    } else add(1);
  }
  return open.length > 0 ? Infinity : close();
}

function repeated(ways: number, quantifier: string): number {
  if (quantifier.startsWith("?")) return ways + 1;
  const [, least, most] = /^\{(\d+)(?:,(\d*))?/.exec(quantifier) ?? [];
  if (least !== undefined && most === undefined) return ways ** Number(least);
  if (ways > 1) return Infinity;
  return most ? Math.min(Math.max(1, Number(most) - Number(least) + 1), REPEATED_WAYS) : REPEATED_WAYS;
}
