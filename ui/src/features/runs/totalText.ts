import { count } from "@/lib/words";

/** The number of runs. A text search counts only the newest matches. */
export function totalText(total: number, options: { isFiltered: boolean; hasMoreThanTotal: boolean }): string {
  const runs = count(total, "run") + (options.isFiltered ? " found" : "");
  return options.hasMoreThanTotal ? `At least ${runs}` : runs;
}
