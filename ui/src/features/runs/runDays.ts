import { type ToolRunSummary } from "@/host/bindings";
import { dayName } from "@/lib/time";

/** Groups runs by start day, in local time. */
export function runDays(runs: readonly ToolRunSummary[], now: Date): { day: string; runs: ToolRunSummary[] }[] {
  const days: { day: string; runs: ToolRunSummary[] }[] = [];
  for (const run of runs) {
    const day = dayName(new Date(run.startedAt), now);
    const last = days.at(-1);
    if (last?.day === day) last.runs.push(run);
    else days.push({ day, runs: [run] });
  }
  return days;
}
