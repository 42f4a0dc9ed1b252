import { useQuery } from "@tanstack/react-query";
import { abilitiesOf } from "@/components/abilities";
import { queries } from "@/host/queries";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { type Outcome } from "./useOutcome";

/** The arguments for the next page of the last result; `null` if there is none. */
export function useNextPage(outcome: Outcome): JsonObject | null {
  const run =
    outcome.kind === "finished" && abilitiesOf(outcome.run).hasPages && outcome.run.state === "done"
      ? outcome.run
      : null;
  const { data } = useQuery({ ...queries.nextPage(run?.id ?? ""), enabled: run !== null });
  return run !== null && isObject(data) ? data : null;
}
