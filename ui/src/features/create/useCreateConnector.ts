import { commands, type CreateConnector } from "@/host/bindings";
import { call } from "@/host/call";
import { keys } from "@/host/queries";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";

/** Creates a connector; it is in the lists at once. `onDone` is called even when nobody waits for it any more. */
export function useCreateConnector(onDone: () => void) {
  return useCommand({
    mutationFn: (request: CreateConnector) => call(commands.createConnector(request)),
    update: (client, connector) => {
      upsertConnector(client, connector);
      onDone();
    },
    toast: ({ title, identity }) => `${title} created on ${identity.account}`,
    // Secrets may have been saved in the wallet on the way.
    invalidates: [keys.wallet],
  });
}
