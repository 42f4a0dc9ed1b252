import { type OperationInfo, type OperationEffect } from "@/host/bindings";
import { type Tone } from "@/components/StatusGlyph";
import { hasWords, splitWords } from "@/lib/match";

export const effects: Record<OperationEffect, { tag: string; tone?: Tone; help: string }> = {
  read: { tag: "Read-only", help: "Reads only" },
  write: { tag: "Makes changes", help: "Adds or changes data" },
  destructive: { tag: "Destructive", tone: "warn", help: "Removes data you can add again" },
  irreversible: { tag: "Can't be undone", tone: "bad", help: "Can't be undone" },
};

/** Whether an operation contains every word of the filter. */
export function matches({ name, summary, effect }: OperationInfo, filter: string): boolean {
  const text = `${name} ${name.replace(/[_.]/g, " ")} ${summary} ${effects[effect].tag}`.toLowerCase();
  return hasWords(text, splitWords(filter));
}
