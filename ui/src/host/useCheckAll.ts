import { commands } from "./bindings";
import { call } from "./call";
import { useCommand } from "./useCommand";

/** Has the doctor look at all connectors; what is found of each comes as an event. */
export function useCheckAll() {
  return useCommand({ mutationFn: () => call(commands.checkConnectors()) });
}
