/** Days for which runs can be kept, without typing; `null` is for ever. */
export const offeredDays = [7, 30, 90, 365, null] as const;

/** Numbers of runs that can be kept; `null` is all. */
export const offeredRuns = [1000, 10_000, 100_000, null] as const;

/** `Keep 90 days`, `Keep a year`, `Keep for ever`. */
export function retentionText(days: number | null): string {
  if (days === null) return "Keep for ever";
  if (days === 365) return "Keep a year";
  return days === 1 ? "Keep 1 day" : `Keep ${days} days`;
}
