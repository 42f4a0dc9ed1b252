import { type RunId } from "@/host/bindings";

export type ComparisonView = "changes" | "unified" | "side";

/** The state of a comparison. */
export type Comparing = {
  /** The other run; `null` lets the host select it. */
  partner: RunId | null;
  view: ComparisonView;
};

export const newComparison: Comparing = { partner: null, view: "unified" };
