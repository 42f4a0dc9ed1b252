import { isObject, type JsonObject } from "./schema/schema";

/** Stands for a secret in stored arguments. */
export const REDACTED = "<redacted>";

/** Whether a stored text contains a redacted secret. */
export function isRedacted(value: unknown): boolean {
  return typeof value === "string" && value.includes(REDACTED);
}

/** Stored arguments without values that contain redacted secrets; `missing` names those to enter again. */
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
