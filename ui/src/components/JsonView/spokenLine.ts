import { type JsonLine } from "./jsonLines";

/** No more of a text than this is read aloud. */
const longest = 500;

/** A line as it is read aloud, such as "user, object of 2" or "number: 482"; entries of a list by their place. */
export function spokenLine({ depth, name, place, part, value, entries }: JsonLine): string {
  const called = name ?? (depth === 0 ? "" : `entry ${place}`);
  if (typeof value !== "object" || value === null) return [called, spokenValue(value)].filter(Boolean).join(": ");
  const kind = `${Array.isArray(value) ? "list" : "object"} of ${entries}`;
  const inside = part === "value" && Array.isArray(value) && entries > 0 ? `: ${(value as unknown[]).map(spokenValue).join(", ")}` : "";
  return [called, kind + inside].filter(Boolean).join(", ");
}

function spokenValue(value: unknown): string {
  if (value === "") return "empty text";
  return typeof value === "string" ? value.slice(0, longest) : String(value);
}
