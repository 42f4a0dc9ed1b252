import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useToasts } from "@/components/Toast";
import { type AuthorizationId, commands } from "@/host/bindings";
import { call } from "@/host/call";
import { keepAuthorization } from "@/host/events";

/** What can be done about a consent under way. */
export function useAuthorizationActions(id: AuthorizationId) {
  const client = useQueryClient();
  const { toast } = useToasts();
  const openPage = useMutation({ mutationFn: () => call(commands.openAuthorizationPage(id)) });
  // The address holds the sign-in's state: it goes to the clipboard without coming by here.
  const copyPage = useMutation({ mutationFn: () => call(commands.copyAuthorizationPage(id)), onSuccess: () => toast("Link copied") });
  const extend = useMutation({
    mutationFn: () => call(commands.extendAuthorization(id)),
    onSuccess: (authorization) => keepAuthorization(client, authorization),
  });
  const finish = useMutation({ mutationFn: (address: string) => call(commands.finishAuthorization(id, address)) });
  const cancel = useMutation({ mutationFn: () => call(commands.cancelAuthorization(id)) });
  return { openPage, copyPage, extend, finish, cancel };
}
