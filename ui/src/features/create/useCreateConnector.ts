import { commands, type CreateConnector } from "@/host/bindings";
import { call } from "@/host/call";
import { keys } from "@/host/queries";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";

/** Creates a connector. `onDone` is called even if the form was closed meanwhile; a failure is told then too. */
export function useCreateConnector(onDone: () => void) {
  return useCommand({
    mutationFn: (request: CreateConnector) => call(commands.createConnector(request)),
    update: (client, connector) => {
      upsertConnector(client, connector);
      onDone();
    },
    toast: ({ title, identity }) => `${title} created on ${identity.account}`,
    unseenFailure: () => "Connector not created",
    // Creation may save secrets in the wallet.
    invalidates: [keys.wallet],
  });
}
