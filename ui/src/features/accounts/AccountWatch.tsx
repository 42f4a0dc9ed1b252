import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useToasts } from "@/host/toasts";
import { type AccountState, useAccountStates, useRefreshOnOpen, useRefreshOnUnlock } from "@/host/accountSync";
import { type AccountId } from "@/host/bindings";
import { queries } from "@/host/queries";

const stateWords: Record<AccountState, string> = {
  fine: "is back",
  slow: "is slow",
  failing: "fails",
  signed_out: "signed out",
};

/** Refreshes the accounts when the window opens or the vault does, and announces when one of them fails or recovers. */
export function AccountWatch() {
  useRefreshOnOpen();
  useRefreshOnUnlock();
  const states = useAccountStates();
  const { data: accounts } = useQuery(queries.accounts());
  const { announce } = useToasts();
  const before = useRef<ReadonlyMap<AccountId, AccountState>>(new Map());
  useEffect(() => {
    const announcement = (accounts ?? []).flatMap(({ id, label }) => {
      const state = states.get(id) ?? "fine";
      return state === (before.current.get(id) ?? "fine") ? [] : [`${label} ${stateWords[state]}`];
    });
    before.current = states;
    if (announcement.length > 0) announce(announcement.join(". "));
  }, [states, accounts, announce]);
  return null;
}
