import { commands, type ConnectorId } from "./bindings";
import { call } from "./call";
import { queries } from "./queries";
import { useCommand } from "./useCommand";

/** Ends the sessions of connectors; the next use of each starts a new one. `done` is the text of the toast. */
export function useEndSessions(done: string) {
  return useCommand({
    mutationFn: (ids: ConnectorId[]) => Promise.all(ids.map((id) => call(commands.endSession(id)))),
    update: (client, _ended, ids) =>
      client.setQueryData(queries.sessions().queryKey, (known) => known?.filter((one) => !ids.includes(one.connector))),
    toast: () => done,
    unseenFailure: () => "Sessions not ended",
  });
}
