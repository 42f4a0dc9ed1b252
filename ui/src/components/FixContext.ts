import { createContext, useContext } from "react";
import { type Connector, type Problem } from "@/host/bindings";

/** A button that helps with a problem. */
export type Fix = { label: string; run: () => void };

/**
 * Finds the fix for a connector's problem, if a button can help. `retry` is the failed action, offered again after the
 * fix. Provided by the app.
 */
export const FixContext = createContext<(problem: Problem, connector: Connector, retry: Fix | null) => Fix | null>(
  () => null,
);

/** Returns the fix for a problem of a connector, if one is known. */
export function useFix(problem: Problem, connector: Connector | undefined, retry: Fix | null): Fix | null {
  const fixOf = useContext(FixContext);
  return connector ? fixOf(problem, connector, retry) : null;
}
