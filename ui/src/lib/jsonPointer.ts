/** A path in a JSON value: property names and array indices. */
export type JsonPath = readonly (string | number)[];

/** `["a/b", 0]` as the JSON pointer `/a~1b/0` (RFC 6901); the root is the empty string. */
export function toPointer(path: JsonPath): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The steps of a JSON pointer. Also accepts a URI fragment (`#/a`). */
export function fromPointer(pointer: string): string[] {
  const bare = pointer.startsWith("#") ? safeDecode(pointer.slice(1)) : pointer;
  if (bare === "") return [];
  return bare
    .replace(/^\//, "")
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at a pointer, if there is one. */
export function valueAt(root: unknown, pointer: string): unknown {
  return fromPointer(pointer).reduce<unknown>(
    (here, step) => (here as Record<string, unknown> | null | undefined)?.[step],
    root,
  );
}

/** Whether a pointer refers to `outer` or a part of it. */
export function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}

/** A pointer for display: `labels[0].name`. */
export function readablePointer(pointer: string): string {
  return fromPointer(pointer)
    .map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
