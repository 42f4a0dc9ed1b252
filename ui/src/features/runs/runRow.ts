import { runStates } from "@/components/ToolResult/runWords";
import { type ToolRunSummary } from "@/host/bindings";
import { bytes, duration } from "@/lib/time";

/** As whom it ran, in a word. */
export function identityText(run: ToolRunSummary): string {
  return run.identity.user ?? run.identity.credential ?? run.identity.account;
}

/** How long it took and how much came back, or how it stands. */
export function measure(run: ToolRunSummary): string {
  if (run.state === "running") return "running";
  if (run.state === "cancelled" || run.state === "denied") return runStates[run.state].word.toLowerCase();
  const length = run.durationMs === null ? "—" : duration(run.durationMs);
  if (run.state === "failed") return run.problem?.status != null ? `${run.problem.status} · ${length}` : length;
  return run.resultBytes === null ? length : `${length} · ${bytes(run.resultBytes)}`;
}
