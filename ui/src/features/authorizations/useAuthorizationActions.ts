import { type AuthorizationId, commands } from "@/host/bindings";
import { call } from "@/host/call";
import { upsertAuthorization } from "@/host/events";
import { useCommand } from "@/host/useCommand";

export function useAuthorizationActions(id: AuthorizationId) {
  const openPage = useCommand({ mutationFn: () => call(commands.openAuthorizationPage(id)) });
  // The URL contains the sign-in's state, so the host copies it; the window never sees it.
  const copyPage = useCommand({
    mutationFn: () => call(commands.copyAuthorizationPage(id)),
    toast: () => "Link copied",
  });
  const extend = useCommand({ mutationFn: () => call(commands.extendAuthorization(id)), update: upsertAuthorization });
  const finish = useCommand({ mutationFn: (address: string) => call(commands.finishAuthorization(id, address)) });
  const cancel = useCommand({ mutationFn: () => call(commands.cancelAuthorization(id)) });
  return { openPage, copyPage, extend, finish, cancel };
}
