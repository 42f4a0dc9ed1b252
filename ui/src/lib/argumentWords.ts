import { isRedacted } from "./redacted";

/** An argument in words, secrets hidden; `null` where it is neither a scalar nor a list of scalars. */
export function argumentWords(name: string, value: unknown): string | null {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  if (values.length === 0 || !values.every(isPlain)) return null;
  return `${name} ${values.map((one) => (isRedacted(one) ? "(hidden)" : String(one))).join(", ")}`;
}

/** Whether a value is a scalar that says something. */
export function isPlain(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || typeof value === "number" || typeof value === "boolean";
}
