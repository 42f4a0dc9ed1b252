import { type RunId } from "@/host/bindings";

const comparisonViews = ["changes", "unified", "side"] as const;

export type ComparisonView = (typeof comparisonViews)[number];

/** That a run is shown beside another one. */
export type Comparing = {
  /** The other run; `null` leaves the choice to the host. */
  partner: RunId | null;
  view: ComparisonView;
};

/** What a comparison begins with. */
export const comparing: Comparing = { partner: null, view: "unified" };
