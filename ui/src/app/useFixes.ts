import { useCallback } from "react";
import { type ConnectorTab } from "@/components/connectorTabs";
import { type Fix } from "@/components/FixContext";
import { abilitiesOf } from "@/components/abilities";
import { nextActionLabels, tabFor } from "@/components/nextAction";
import { useGo } from "@/components/useGo";
import { useCheckConnector } from "@/features/connectors/useConnectorActions";
import { type Check, type Connector, fixes, type Problem } from "@/host/bindings";

/** Returns a function that finds the button for a connector's problem, wherever that is shown. */
export function useFixes(onSignIn: (connector: Connector, retry: Fix | null) => void) {
  const go = useGo();
  // A check asks the user about a program that isn't allowed yet.
  const { mutate: check } = useCheckConnector();
  return useCallback(
    ({ code }: Problem, connector: Connector, retry: Fix | null): Fix | null => {
      const open = (tab: ConnectorTab) => () => go.connector(connector.id, tab);
      const action = connector.reauthAction;
      const tab = tabFor(action);
      const label = nextActionLabels[action];
      switch (fixes[code]) {
        case "open_vault":
          return { label: "Open vault", run: () => go.credentials() };
        case "replace_key":
          return { label: "Replace key", run: () => go.account(connector.account) };
        case "edit_command":
          return connector.command ? { label: "Edit command", run: open("settings") } : null;
        case "show_log":
          return connector.command ? { label: "Show log", run: open("log") } : null;
        case "open_settings":
          return abilitiesOf(connector).configuredHere ? { label: "Open settings", run: open("settings") } : null;
        case "allow_program":
          return { label: "Allow program…", run: () => check(connector.id, { onSuccess: allowed(retry) }) };
        case "more_access":
          return tab
            ? { label, run: open(tab) }
            : { label: "Sign in with more access", run: () => onSignIn(connector, retry) };
        case "reauth":
          return { label, run: tab ? open(tab) : () => onSignIn(connector, retry) };
        default:
          return null;
      }
    },
    [go, onSignIn, check],
  );
}

/** Repeats the failed action if the user allowed the program. */
const allowed =
  (retry: Fix | null) =>
  ({ steps }: Check) => {
    if (steps.every(({ problem }) => problem?.code !== "program.not_allowed")) retry?.run();
  };
