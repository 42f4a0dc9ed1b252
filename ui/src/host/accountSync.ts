import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { type AccountId, accountStates, type AccountSynced, type Code, commands, type Problem } from "./bindings";
import { asProblem, call } from "./call";
import { newChannel } from "./channel";
import { clientState, stateKey, useClientState } from "./clientState";
import { firstPaint } from "./firstPaint";
import { hasAccounts } from "./platforms";
import { queries } from "./queries";

/** The sync state of an account; times in milliseconds since 1970. */
export type AccountSync = {
  /** When the pending request started; `null` if there is none. */
  requestedAt: number | null;
  /** Whether the user stopped waiting; a late response still counts. */
  isDismissed: boolean;
  /** Why the last sync failed. */
  problem: Problem | null;
};

type Sync = {
  running: boolean;
  /** Whether an account changed during the running sync, so that another follows. */
  isOutdated: boolean;
  /** When the last sync ended. */
  endedAt: number | null;
  /** Why no account could be synced. */
  problem: Problem | null;
  accounts: Partial<Record<AccountId, AccountSync>>;
};

export type AccountState = "fine" | (typeof accountStates)[Code];

/** Milliseconds after which a pending account counts as slow. */
export const slowAfter = 10_000;

const nothingYet: Sync = { running: false, isOutdated: false, endedAt: null, problem: null, accounts: {} };

/** Key of the sync state. */
export const syncKey = stateKey<Sync>(nothingYet, "sync");

function updateAccount(client: QueryClient, account: AccountId, changes: Partial<AccountSync>): void {
  clientState(client).set(syncKey, (before) => {
    const sync = before.accounts[account] ?? { requestedAt: null, isDismissed: false, problem: null };
    return { ...before, accounts: { ...before.accounts, [account]: { ...sync, ...changes } } };
  });
}

export function useSync(): Sync {
  return useClientState(syncKey)[0];
}

/** Updates the problem of an account after a request to it. */
export function setAccountProblem(client: QueryClient, account: AccountId, problem: Problem | null): void {
  updateAccount(client, account, { problem });
}

/** Returns a function that stops waiting for an account; a late response still counts. */
export function useStopWaiting(): (account: AccountId) => void {
  const client = useQueryClient();
  return useCallback((account) => updateAccount(client, account, { isDismissed: true }), [client]);
}

/** {@link refreshAccounts} as a hook. */
export function useRefreshAccounts(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => refreshAccounts(client), [client]);
}

/** Syncs the accounts when a view mounts, unless that was done within the last minute. */
export function useRefreshOnOpen(): void {
  const client = useQueryClient();
  useEffect(() => {
    const { endedAt } = clientState(client).get(syncKey);
    if (endedAt === null || Date.now() - endedAt > 60_000) void firstPaint().then(() => refreshAccounts(client));
  }, [client]);
}

/** Syncs the accounts again once the vault is open, if one failed because its key could not be read. */
export function useRefreshOnUnlock(): void {
  const client = useQueryClient();
  const { data: vault } = useQuery(queries.vault());
  const isOpen = vault?.state === "ready";
  useEffect(() => {
    const problems = Object.values(clientState(client).get(syncKey).accounts).map((sync) => sync?.problem);
    if (isOpen && problems.some((problem) => problem?.code.startsWith("vault."))) refreshChangedAccounts(client);
  }, [client, isOpen]);
}

/** Syncs the accounts after one has changed: once more if a sync is running, which may have asked before the change. */
export function refreshChangedAccounts(client: QueryClient): void {
  clientState(client).set(syncKey, (before) => ({ ...before, isOutdated: before.running }));
  void refreshAccounts(client);
}

/** Syncs the connectors of all hosted accounts, unless a sync is running. Never throws. */
export async function refreshAccounts(client: QueryClient): Promise<void> {
  const state = clientState(client);
  if (state.get(syncKey).running) return;
  state.set(syncKey, (before) => ({ ...before, running: true, problem: null }));
  try {
    const accounts = await client.fetchQuery(queries.accounts());
    const hosted = accounts.filter(hasAccounts);
    if (hosted.length === 0) return;
    const now = Date.now();
    for (const account of hosted) {
      // The previous problem stays until the account responds, so that its icon does not flicker.
      updateAccount(client, account.id, { requestedAt: now, isDismissed: false });
    }
    const each = newChannel<AccountSynced>(({ account, problem }) =>
      updateAccount(client, account, { requestedAt: null, isDismissed: false, problem }),
    );
    await call(commands.syncConnectors(each));
  } catch (thrown) {
    state.set(syncKey, (before) => ({ ...before, problem: asProblem(thrown) }));
  } finally {
    state.set(syncKey, (before) => ({
      ...before,
      running: false,
      endedAt: Date.now(),
      accounts: withoutRequests(before.accounts),
    }));
  }
  if (state.get(syncKey).isOutdated) refreshChangedAccounts(client);
}

function withoutRequests(accounts: Sync["accounts"]): Sync["accounts"] {
  return Object.fromEntries(
    Object.entries(accounts).map(([id, sync]) => [id, sync && { ...sync, requestedAt: null, isDismissed: false }]),
  );
}

function stateOf(sync: AccountSync, now: number): AccountState {
  if (sync.requestedAt !== null && !sync.isDismissed && now - sync.requestedAt >= slowAfter) return "slow";
  return sync.problem ? accountStates[sync.problem.code] : "fine";
}

/** The state of each account. Renders again only when a state changes, not every second. */
export function useAccountStates(): ReadonlyMap<AccountId, AccountState> {
  const { accounts } = useSync();
  const [now, setNow] = useState(() => Date.now());
  const dues = Object.values(accounts).flatMap((sync) =>
    sync && sync.requestedAt !== null && !sync.isDismissed ? [sync.requestedAt + slowAfter] : [],
  );
  const due = Math.min(...dues.filter((time) => time > now));
  useEffect(() => {
    if (!Number.isFinite(due)) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, due - Date.now()));
    return () => clearTimeout(timer);
  }, [due]);
  const { data: known } = useQuery(queries.accounts());
  return useMemo(() => {
    const states = new Map(
      Object.entries(accounts).flatMap(([id, sync]) => (sync ? [[id, stateOf(sync, now)] as const] : [])),
    );
    // Known without a request.
    for (const { id, isSignedOut } of known ?? []) if (isSignedOut) states.set(id, "signed_out");
    return states;
  }, [accounts, known, now]);
}
