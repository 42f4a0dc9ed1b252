import { createContext, useContext } from "react";
import { type Connector, type Problem } from "@/host/bindings";

/** What one button does about a problem. */
export type Fix = { label: string; run: () => void };

/** The fix of a problem that a connector met, `null` where only its words help. The app supplies it. */
export const FixContext = createContext<(problem: Problem, connector: Connector) => Fix | null>(() => null);

/** Which button helps with a problem that a connector met; none where no connector is known. */
export function useFix(problem: Problem, connector: Connector | undefined): Fix | null {
  const fixOf = useContext(FixContext);
  return connector ? fixOf(problem, connector) : null;
}
