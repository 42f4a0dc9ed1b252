import { runStates } from "@/components/ToolResult/runWords";
import { type ToolRunSummary } from "@/host/bindings";
import { bytes, duration } from "@/lib/time";

/** The user, credential or account of a run. */
export function identityText(run: ToolRunSummary): string {
  return run.identity.user ?? run.identity.credential ?? run.identity.account;
}

/** Duration and size of a run, or its state. */
export function measure(run: ToolRunSummary): string {
  if (run.state === "running") return "running";
  if (run.state === "cancelled" || run.state === "denied") return runStates[run.state].word.toLowerCase();
  const length = run.durationMs === null ? "—" : duration(run.durationMs);
  if (run.state === "failed") return run.problem?.status != null ? `${run.problem.status} · ${length}` : length;
  return run.resultBytes === null ? length : `${length} · ${bytes(run.resultBytes)}`;
}
