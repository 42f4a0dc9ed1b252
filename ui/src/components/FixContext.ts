import { createContext, useContext } from "react";
import { type Connector, type Problem } from "@/host/bindings";

/** What one button does about a problem. */
export type Fix = { label: string; run: () => void };

/**
 * The fix of a problem that a connector met, `null` where only its words help; `then` is what failed, offered where
 * the fix ends. The app supplies it.
 */
export const FixContext = createContext<(problem: Problem, connector: Connector, then: Fix | null) => Fix | null>(
  () => null,
);

/** Which button helps with a problem that a connector met; none where no connector is known. */
export function useFix(problem: Problem, connector: Connector | undefined, then: Fix | null): Fix | null {
  const fixOf = useContext(FixContext);
  return connector ? fixOf(problem, connector, then) : null;
}
