import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type AuthorizationId, commands } from "@/host/bindings";
import { call } from "@/host/call";
import { keepAuthorization } from "@/host/events";

/** What can be done about a consent under way. */
export function useAuthorizationActions(id: AuthorizationId) {
  const client = useQueryClient();
  const openPage = useMutation({ mutationFn: () => call(commands.openAuthorizationPage(id)) });
  const extend = useMutation({
    mutationFn: () => call(commands.extendAuthorization(id)),
    onSuccess: (authorization) => keepAuthorization(client, authorization),
  });
  const finish = useMutation({ mutationFn: (address: string) => call(commands.finishAuthorization(id, address)) });
  const cancel = useMutation({ mutationFn: () => call(commands.cancelAuthorization(id)) });
  return { openPage, extend, finish, cancel };
}
