import { everyRun, queries } from "@/host/queries";

/** The runs that home shows. */
export function latestRuns() {
  return queries.runs({ ...everyRun, limit: 6 });
}
