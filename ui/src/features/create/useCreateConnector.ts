import { useIsMounted } from "@/components/useIsMounted";
import { commands, type CreateConnector } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { keys } from "@/host/queries";
import { showToast } from "@/host/toasts";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { sentence } from "@/lib/words";

/** Creates a connector. `onDone` is called even if the form was closed meanwhile; a failure is told then too. */
export function useCreateConnector(onDone: () => void) {
  const isOpen = useIsMounted();
  return useCommand({
    mutationFn: (request: CreateConnector) => call(commands.createConnector(request)),
    update: (client, connector) => {
      upsertConnector(client, connector);
      onDone();
    },
    toast: ({ title, identity }) => `${title} created on ${identity.account}`,
    onProblem: (client, thrown) => {
      if (!isOpen()) showToast(client, `Connector not created. ${sentence(asProblem(thrown).message)}`);
    },
    // Creation may save secrets in the wallet.
    invalidates: [keys.wallet],
  });
}
