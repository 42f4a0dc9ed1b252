import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { type Fix } from "@/components/FixContext";
import { nextActionLabels, tabFor } from "@/components/nextAction";
import { type Code, type Connector, type Problem } from "@/host/bindings";

const signInCodes: ReadonlySet<Code> = new Set<Code>([
  "auth.needed",
  "auth.refused",
  "auth.expired",
  "auth.denied",
  "auth.timed_out",
  "auth.forbidden",
]);

const vaultCodes: ReadonlySet<Code> = new Set<Code>([
  "vault.locked",
  "vault.no_keychain",
  "vault.denied",
  "vault.key_lost",
  "vault.damaged",
  "vault.rolled_back",
]);

/** Where one sees what keeps a program from being a server: its settings, or its log. */
const programTabs: Partial<Record<Code, { label: string; tab: "settings" | "log" }>> = {
  "program.not_found": { label: "Edit command", tab: "settings" },
  "program.not_started": { label: "Edit command", tab: "settings" },
  "file.failed": { label: "Edit command", tab: "settings" },
  "program.ended": { label: "Show log", tab: "log" },
  "mcp.protocol": { label: "Show log", tab: "log" },
  "mcp.server_error": { label: "Show log", tab: "log" },
  timed_out: { label: "Show log", tab: "log" },
};

/** Which button helps with a problem that a connector met, wherever that is shown. */
export function useFixes(onSignIn: (connector: Connector, then: Fix | null) => void) {
  const navigate = useNavigate();
  return useCallback(
    ({ code }: Problem, connector: Connector, then: Fix | null): Fix | null => {
      if (vaultCodes.has(code)) return { label: "Open vault", run: () => void navigate({ to: "/credentials" }) };
      if (code === "platform.signed_out")
        return {
          label: "Replace key",
          run: () => void navigate({ to: "/accounts/$id", params: { id: connector.account } }),
        };
      const ofProgram = connector.command && programTabs[code];
      if (ofProgram) {
        const { label, tab } = ofProgram;
        return {
          label,
          run: () => void navigate({ to: "/connectors/$id", params: { id: connector.id }, search: { tab } }),
        };
      }
      if (!signInCodes.has(code)) return null;
      const action = connector.reauthAction;
      const tab = tabFor(action);
      if (tab !== null)
        return {
          label: nextActionLabels[action],
          run: () => void navigate({ to: "/connectors/$id", params: { id: connector.id }, search: { tab } }),
        };
      return {
        label: code === "auth.forbidden" ? "Sign in with more access" : nextActionLabels[action],
        run: () => onSignIn(connector, then),
      };
    },
    [navigate, onSignIn],
  );
}
