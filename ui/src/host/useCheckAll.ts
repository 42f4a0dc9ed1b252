import { commands } from "./bindings";
import { call } from "./call";
import { useCommand } from "./useCommand";

/** Checks all connectors; results arrive as events. */
export function useCheckAll() {
  return useCommand({ mutationFn: () => call(commands.checkConnectors()) });
}
