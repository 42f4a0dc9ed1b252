import { type Exported } from "@/host/bindings";
import { count } from "@/lib/words";

/** The message after an export; `null` if no file was chosen. */
export function exportedWords(exported: Exported | null): string | null {
  if (!exported) return null;
  const words = `${count(exported.runs, "run")} exported to ${exported.path}`;
  return exported.note ? `${words}. ${exported.note}` : words;
}
