import { fromPointer } from "../jsonPointer";
import { type AnySchema, asSchema, isObject, isSchema, mapChildren, type Schema } from "./schema";

/** Marks a schema that is recursive, too large, or external. */
export const OPAQUE = "x-opaque";

/** Maximum number of nodes of a form; the rest is edited as JSON. */
const MOST_NODES = 1500;
const MOST_DEPTH = 12;

/**
 * The schema with every local `$ref` put in place, so that each part can be read alone.
 *
 * Nothing is ever fetched: a reference to another document, a cycle, and whatever lies beyond the
 * size limits becomes an opaque schema that allows anything. Names of the schema itself (`$id`,
 * `$schema`, `$defs`) are dropped, since nothing points at them any more.
 */
export function inlineReferences(root: AnySchema): Schema {
  const source = asSchema(root);
  let nodes = 0;

  function inline(schema: AnySchema, within: readonly string[], depth: number): AnySchema {
    nodes += 1;
    if (typeof schema === "boolean") return schema;
    const members = isObject(schema.properties) ? Object.keys(schema.properties).length : 0;
    if (nodes > MOST_NODES || depth > MOST_DEPTH || (depth > 0 && nodes + members > MOST_NODES)) return opaque(schema);
    const reference = schema.$ref;
    if (typeof reference !== "string") return mapChildren(bare(schema), (child) => inline(child, within, depth + 1));
    const target = within.includes(reference) ? undefined : resolveReference(source, reference);
    if (target === undefined) return opaque(schema);
    const { $ref: _reference, ...beside } = schema;
    const merged = typeof target === "boolean" ? beside : { ...target, ...beside };
    return inline(merged, [...within, reference], depth + 1);
  }

  return asSchema(inline(source, ["#"], 0));
}

function opaque(schema: Schema): Schema {
  return { [OPAQUE]: true, title: schema.title, description: schema.description };
}

function bare(schema: Schema): Schema {
  const { $id, $schema, $anchor, $defs, definitions, $comment, ...others } = schema;
  return others;
}

/** Resolves a local reference, if its target exists. */
export function resolveReference(root: Schema, reference: string): AnySchema | undefined {
  if (!reference.startsWith("#")) return undefined;
  if (reference !== "#" && !reference.startsWith("#/")) return findAnchor(root, reference.slice(1), 0);
  let here: unknown = root;
  for (const step of fromPointer(reference)) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isObject(here) && Object.hasOwn(here, step)) here = here[step];
    else return undefined;
  }
  return isSchema(here) ? here : undefined;
}

function findAnchor(schema: Schema, anchor: string, depth: number): Schema | undefined {
  if (schema.$anchor === anchor) return schema;
  if (depth > MOST_DEPTH) return undefined;
  let found: Schema | undefined;
  mapChildren(schema, (child) => {
    if (!found && isObject(child)) found = findAnchor(child, anchor, depth + 1);
    return child;
  });
  return found;
}
