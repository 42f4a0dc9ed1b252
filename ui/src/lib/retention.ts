/** Offered retention in days; `null` means forever. */
export const offeredDays = [7, 30, 90, 365, null] as const;

/** Offered maximum numbers of runs; `null` means no limit. */
export const offeredRuns = [1000, 10_000, 100_000, null] as const;

/** `Keep for 90 days`, `Keep for 1 year`, `Keep forever`. */
export function retentionText(days: number | null): string {
  if (days === null) return "Keep forever";
  if (days === 365) return "Keep for 1 year";
  return days === 1 ? "Keep for 1 day" : `Keep for ${days} days`;
}
