import { everyRun, queries } from "@/host/queries";

/** Query of the runs on the home page. */
export function latestRuns() {
  return queries.runs({ ...everyRun, limit: 6 });
}
