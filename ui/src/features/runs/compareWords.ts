import { type RunComparison, type RunDifference, type RunPart } from "@/host/bindings";
import { fromPointer, readablePointer, toPointer } from "@/lib/jsonPointer";
import { valueText } from "@/lib/jsonText";
import { bytes, duration } from "@/lib/time";

/** The parts of a run in display order. */
export const partNames: Record<RunPart, string> = {
  arguments: "Arguments",
  outcome: "Outcome",
  identity: "Identity",
  timing: "Timing",
};

/** What is said of a part without differences. What the history did not keep may differ all the same. */
export function sameWords({ before, after }: RunComparison, part: RunPart): string {
  const isKeptInPart = part === "arguments" || part === "outcome";
  const levels = isKeptInPart ? [before.capture, after.capture] : [];
  if (levels.includes("metadata")) return "Not kept";
  return levels.includes("redacted") ? "Same structure, values not kept" : "No difference";
}

const maxLength = 300;

/** The path of a difference within its part: `result.items[0].state`. */
export function pointerLabel({ pointer }: RunDifference): string {
  return readablePointer(toPointer(fromPointer(pointer).slice(1))) || "Everything";
}

/** Formats a value on one line. */
export function valueWords({ part, pointer }: RunDifference, value: unknown): string {
  if (part === "timing" && typeof value === "number")
    return pointer.endsWith("resultBytes") ? bytes(value) : duration(value);
  const shown = typeof value === "string" && part !== "identity" ? JSON.stringify(value) : valueText(value, 0);
  return shown.length > maxLength
    ? `${shown.slice(0, maxLength)} … ${shown.length - maxLength} more characters`
    : shown;
}

/** Replaces array indices by `*`. */
export function generalPath(pointer: string): string {
  return toPointer(fromPointer(pointer).map((step) => (/^\d+$/.test(step) ? "*" : step)));
}
