import { type Exported } from "@/host/bindings";
import { count } from "@/lib/words";

/** What is said of an export; nothing where no file was chosen. */
export function exportedWords(exported: Exported | null): string | null {
  return exported && `${count(exported.runs, "run")} exported to ${exported.path}`;
}
