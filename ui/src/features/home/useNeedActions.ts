import { useMemo } from "react";
import { nextActionLabels, runAction } from "@/components/nextAction";
import { useGo } from "@/components/useGo";
import { refreshAccounts, setAccountProblem, useRefreshAccounts, useSync } from "@/host/accountSync";
import {
  type AccountId,
  commands,
  type Connector,
  type ConnectorId,
  type Need,
  type NeedKind,
  type NextAction,
  type RotationTarget,
  type WalletEntryId,
} from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { newChannel } from "@/host/channel";
import { useCheckAll } from "@/host/useCheckAll";
import { lastError, useCommand } from "@/host/useCommand";
import { count } from "@/lib/words";
import { fixLabels } from "./needLook";

export type NeedHandlers = {
  connectors: Connector[];
  onSignIn: (connector: Connector) => void;
  onCheck: (id: ConnectorId) => void;
};

const statusNeeds: ReadonlySet<NeedKind> = new Set<NeedKind>([
  "sign_in",
  "authorizing",
  "failing",
  "platform_message",
  "draft",
]);

/** For a need about a connector's status: the action that its row in the list offers. */
function nextActionFor(need: Need, connector: Connector | undefined): NextAction | null {
  return connector && statusNeeds.has(need.kind) ? connector.nextAction : null;
}

/** The actions that fix needs, their labels, and their progress. */
export function useNeedActions({ connectors, onSignIn, onCheck }: NeedHandlers) {
  const go = useGo();
  const retest = useRetestAccount();
  // Sends a rotated secret to the targets that it has not reached.
  const retryRotation = useCommand({
    mutationFn: (entry: WalletEntryId) => {
      const ignored = newChannel<RotationTarget>(() => undefined);
      return call(commands.retryRotation(entry, ignored));
    },
    toast: ({ targets }) => {
      const failed = targets.filter(({ problem }) => problem !== null).length;
      return failed === 0 ? "Updated everywhere" : `${count(failed, "place")} not updated`;
    },
  });
  // Saves renewed sign-ins that are only in memory.
  const saveUnsaved = useCommand({
    mutationFn: () => call(commands.saveUnsavedSecrets()),
    toast: () => "Sign-in saved",
  });
  const refresh = useRefreshAccounts();
  const checkAll = useCheckAll();
  const { running: isRefreshing } = useSync();
  const byId = useMemo(() => new Map(connectors.map((one) => [one.id, one])), [connectors]);
  const connectorOf = ({ connector }: Need) => (connector === null ? undefined : byId.get(connector));
  const fix = (need: Need) => {
    const { connector: id, account } = need;
    const connector = connectorOf(need);
    const action = nextActionFor(need, connector);
    // The steps of any check are shown on the page of the connector.
    if (connector && action)
      return runAction(action === "check" ? "doctor" : action, connector, {
        onSignIn,
        onOpen: go.connector,
        onTurnOn: go.connector,
        onCheck,
      });
    switch (need.fix) {
      case "sign_in":
      case "show":
      case "connect":
      case "renew":
        if (connector) onSignIn(connector);
        return;
      case "check":
        if (id) {
          onCheck(id);
          go.connector(id, "overview");
        } else if (account) retest.mutate(account);
        // A network problem: retry all accounts and connectors.
        else {
          void refresh();
          checkAll.mutate();
        }
        return;
      case "review_tools":
        if (id) go.connector(id, "tools");
        return;
      case "replace_key":
        if (need.entry) go.credentials(need.entry);
        else if (id) go.connector(id);
        else if (account) go.account(account);
        return;
      case "edit_settings":
        if (id) go.connector(id, "settings");
        return;
      case "retry_rotation":
        if (need.entry) retryRotation.mutate(need.entry);
        return;
      case "save_again":
        saveUnsaved.mutate();
    }
  };
  const pending = (need: Need) =>
    ((isRefreshing || checkAll.isPending) && need.kind === "account_failing" && need.account === null) ||
    (retest.isPending && need.connector === null && retest.variables === need.account) ||
    (retryRotation.isPending && retryRotation.variables === need.entry) ||
    (saveUnsaved.isPending && need.kind === "unsaved");
  const words = (need: Need) => {
    const action = nextActionFor(need, connectorOf(need));
    if (need.kind === "account_failing" && need.account === null) return "Try again";
    return action ? nextActionLabels[action] : fixLabels[need.fix];
  };
  const error = lastError(retest, retryRotation, saveUnsaved, checkAll);
  return { fix, words, pending, checkAll, error };
}

/** Tests an account again and updates its state everywhere. */
function useRetestAccount() {
  return useCommand({
    mutationFn: (id: AccountId) => call(commands.testAccount(id)),
    update: (client, { id }) => {
      setAccountProblem(client, id, null);
      void refreshAccounts(client);
    },
    onProblem: (client, thrown, id) => setAccountProblem(client, id, asProblem(thrown)),
  });
}
