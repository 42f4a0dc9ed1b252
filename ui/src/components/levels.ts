import { type Level } from "@/host/bindings";
import { midSentence } from "@/lib/words";

export const levelLabels: Record<Level, string> = {
  user: "Personal",
  workspace: "Workspace",
  organization: "Organization",
};

/** A level among other facts; `null` if there is none. */
export function levelWord(level: Level | null): string | null {
  return level && midSentence(levelLabels[level]);
}
