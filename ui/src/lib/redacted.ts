import { mayBeRounded } from "./exactNumber";
import { isObject, type JsonObject } from "./schema/schema";

/** Stands for a secret in stored arguments. */
export const REDACTED = "<redacted>";

/** Whether a stored text contains a redacted secret. */
export function isRedacted(value: unknown): boolean {
  return typeof value === "string" && value.includes(REDACTED);
}

type Restored = { values: JsonObject; missing: string[] };

/** Stored arguments without values that contain redacted secrets; `missing` names those to enter again. */
export function withoutRedacted(values: unknown): Restored {
  return restore(values, isRedacted);
}

/** Names of integers in stored arguments that may have been rounded since. */
export function roundedNames(values: unknown): string[] {
  return restore(values, mayBeRounded).missing;
}

/** Arguments of a run as {@link withoutRedacted}, also without integers that may have been rounded since. */
export function restorable(values: unknown): Restored {
  const { values: exact, missing } = restore(values, mayBeRounded);
  const rounded = missing.map((name) => `${name} (too long to restore exactly)`);
  const restored = withoutRedacted(exact);
  return { ...restored, missing: [...rounded, ...restored.missing] };
}

function restore(values: unknown, isLost: (value: unknown) => boolean): Restored {
  const missing: string[] = [];
  const clean = (value: unknown, name: string): unknown => {
    if (isLost(value) || isLost(name)) {
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
