import { type AuthorizationId, commands } from "@/host/bindings";
import { upsertAuthorization } from "@/host/events";
import { useCommand } from "@/host/useCommand";

export function useAuthorizationActions(id: AuthorizationId) {
  const openPage = useCommand({ command: () => commands.openAuthorizationPage(id) });
  // The URL contains the sign-in's state, so the host copies it; the window never sees it.
  const copyPage = useCommand({ command: () => commands.copyAuthorizationPage(id), toast: () => "Link copied" });
  const extend = useCommand({ command: () => commands.extendAuthorization(id), update: upsertAuthorization });
  const finish = useCommand({ command: (address: string) => commands.finishAuthorization(id, address) });
  const cancel = useCommand({ command: () => commands.cancelAuthorization(id) });
  return { openPage, copyPage, extend, finish, cancel };
}
