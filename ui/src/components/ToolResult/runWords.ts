import { type Origin, type RunState, type ToolRunSummary } from "@/host/bindings";
import { type GlyphName } from "../StatusGlyph";

export const runStates: Record<RunState, { glyph: GlyphName; word: string }> = {
  running: { glyph: "authorizing", word: "Running" },
  done: { glyph: "ready", word: "Done" },
  failed: { glyph: "failing", word: "Failed" },
  cancelled: { glyph: "disabled", word: "Cancelled" },
  denied: { glyph: "disabled", word: "Denied" },
};

/** Whether the history keeps only a part of a run. A result that has just arrived is complete. */
export function isReduced({ capture, state }: Pick<ToolRunSummary, "capture" | "state">): boolean {
  return state !== "running" && capture !== undefined && capture !== "full";
}

/** The origin as a phrase of its own: `By you`, `From the command line`, `By Claude Desktop`. */
export function originWords(origin: Origin): string {
  if (origin.kind === "command_line") return "From the command line";
  return `By ${origin.kind === "window" ? "you" : origin.name}`;
}

/** The origin of a run, where a label says what it is. */
export function originWord(origin: Origin): string {
  switch (origin.kind) {
    case "window":
      return "You";
    case "command_line":
      return "Command line";
    case "client":
      return origin.name;
  }
}
