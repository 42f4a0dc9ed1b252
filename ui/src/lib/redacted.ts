import { isObject, type JsonObject } from "./schema/schema";

/** What stands in kept arguments where a secret was. */
export const REDACTED = "<redacted>";

/** Whether a secret was taken out of a kept text, or of a part of it. */
export function isRedacted(value: unknown): boolean {
  return typeof value === "string" && value.includes(REDACTED);
}

/** Kept arguments without what held redacted secrets, for editing; `missing` names what has to be entered again. */
export function withoutRedacted(values: unknown): { values: JsonObject; missing: string[] } {
  const missing: string[] = [];
  const clean = (value: unknown, name: string): unknown => {
    if (isRedacted(value) || isRedacted(name)) {
      missing.push(name);
      return undefined;
    }
    if (Array.isArray(value)) return value.map((entry) => clean(entry, name)).filter((entry) => entry !== undefined);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, inner]) => [key, clean(inner, key)])
        .filter(([, inner]) => inner !== undefined),
    );
  };
  const cleaned = clean(values, "");
  return { values: isObject(cleaned) ? cleaned : {}, missing };
}
