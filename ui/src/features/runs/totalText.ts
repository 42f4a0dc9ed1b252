import { count } from "@/lib/words";

/** How many runs there are, or were found; of very many that a text finds only the newest are counted. */
export function totalText(total: number, options: { isFiltered: boolean; hasMoreThanTotal: boolean }): string {
  const runs = count(total, "run") + (options.isFiltered ? " found" : "");
  return options.hasMoreThanTotal ? `At least ${runs}` : runs;
}
