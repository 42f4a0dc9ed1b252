import { mayBeRounded } from "@/lib/exactNumber";
import { joinTexts } from "@/lib/words";
import { type JsonLine } from "./jsonLines";
import { displayText } from "./displayText";

/**
 * Returns a line for screen readers, without punctuation: "number: 482", "user: 2 members". List items are named by
 * index.
 */
export function spokenLine({ depth, name, place, part, value, entries }: JsonLine): string {
  const called = name ?? (depth === 0 ? "" : `item ${place}`);
  return joinTexts(": ", called, spokenValue(value, part === "value", entries));
}

function spokenValue(value: unknown, inFull: boolean, entries: number): string {
  if (typeof value === "string")
    return value === "" ? "empty text" : [displayText(value).text, displayText(value).left].join("");
  if (mayBeRounded(value)) return `about ${String(value)}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (!Array.isArray(value)) return entries === 1 ? "1 property" : `${entries} properties`;
  if (inFull && entries > 0) return (value as unknown[]).map((entry) => spokenValue(entry, true, 0)).join(", ");
  return entries === 1 ? "1 item" : `${entries} items`;
}
