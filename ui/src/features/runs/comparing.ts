import { type RunId } from "@/host/bindings";

export type ComparisonView = "changes" | "unified" | "side";

/** How a run is shown beside another one. */
export type Comparing = {
  /** The other run; `null` leaves the choice to the host. */
  partner: RunId | null;
  view: ComparisonView;
};

export const newComparison: Comparing = { partner: null, view: "unified" };
