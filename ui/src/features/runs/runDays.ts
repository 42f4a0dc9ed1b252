import { type ToolRunSummary } from "@/host/bindings";

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const dayLength = 24 * 60 * 60 * 1000;

/** Runs under the day they began on, in the time of this computer; the order stays. */
export function runDays(
  runs: readonly ToolRunSummary[],
  now: Date = new Date(),
): { day: string; runs: ToolRunSummary[] }[] {
  const days: { day: string; runs: ToolRunSummary[] }[] = [];
  for (const run of runs) {
    const day = dayName(new Date(run.startedAt), now);
    const last = days.at(-1);
    if (last?.day === day) last.runs.push(run);
    else days.push({ day, runs: [run] });
  }
  return days;
}

function dayName(at: Date, now: Date): string {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const past = Math.round((midnight(now) - midnight(at)) / dayLength);
  if (past <= 0) return "Today";
  if (past === 1) return "Yesterday";
  if (past < 7) return weekdays[at.getDay()] ?? "";
  const year = at.getFullYear() === now.getFullYear() ? "" : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${months[at.getMonth()] ?? ""}${year}`;
}
