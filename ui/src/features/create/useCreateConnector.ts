import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useToasts } from "@/components/Toast";
import { commands, type CreateConnector } from "@/host/bindings";
import { call } from "@/host/call";
import { queries } from "@/host/queries";

/** Creates a connector; it is in the lists at once. `onDone` is called even when nobody waits for it any more. */
export function useCreateConnector(onDone: () => void) {
  const client = useQueryClient();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: (request: CreateConnector) => call(commands.createConnector(request)),
    onSuccess: (connector) => {
      client.setQueryData(queries.connectors().queryKey, (current) => current && [...current.filter((other) => other.id !== connector.id), connector]);
      // Secrets may have been saved in the wallet on the way.
      void client.invalidateQueries({ queryKey: ["wallet"] });
      toast(`${connector.title} created on ${connector.identity.account}`);
      onDone();
    },
  });
}
