import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { type AccountId, accountStates, type AccountSynced, type Code, commands, type Problem } from "./bindings";
import { asProblem, call } from "./call";
import { newChannel } from "./channel";
import { clientState, stateKey, useClientState } from "./clientState";
import { firstPaint } from "./firstPaint";
import { hasAccounts } from "./platforms";
import { queries } from "./queries";

/** What is known of one account since the window opened; times in milliseconds since 1970. */
export type AccountSync = {
  /** Since when it is being asked; `null` when it is not. */
  requestedAt: number | null;
  /** Whether the user has stopped waiting for this answer; it still counts when it comes. */
  isDismissed: boolean;
  /** Why its connectors could not be listed the last time. */
  problem: Problem | null;
};

/** How all accounts are. */
type Sync = {
  running: boolean;
  /** When the last turn of all accounts ended. */
  endedAt: number | null;
  /** Why they could not be asked at all. */
  problem: Problem | null;
  accounts: Partial<Record<AccountId, AccountSync>>;
};

/** How an account is, in one word. */
export type AccountState = "fine" | (typeof accountStates)[Code];

/** How long an account may take before it is called slow, in milliseconds. */
export const slowAfter = 10_000;

const nothingYet: Sync = { running: false, endedAt: null, problem: null, accounts: {} };

/** How the accounts are, as the client state has it. */
export const syncKey = stateKey<Sync>(nothingYet, "sync");

function updateAccount(client: QueryClient, account: AccountId, changes: Partial<AccountSync>): void {
  clientState(client).set(syncKey, (before) => {
    const sync = before.accounts[account] ?? { requestedAt: null, isDismissed: false, problem: null };
    return { ...before, accounts: { ...before.accounts, [account]: { ...sync, ...changes } } };
  });
}

/** How the accounts are. */
export function useSync(): Sync {
  return useClientState(syncKey)[0];
}

/** Puts how asking an account went in place of what was known of it. */
export function setAccountProblem(client: QueryClient, account: AccountId, problem: Problem | null): void {
  updateAccount(client, account, { problem });
}

/** Stops waiting for the answer of an account; it is taken in when it comes after all. */
export function useStopWaiting(): (account: AccountId) => void {
  const client = useQueryClient();
  return useCallback((account) => updateAccount(client, account, { isDismissed: true }), [client]);
}

/** {@link refreshAccounts} for a view. */
export function useRefreshAccounts(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => refreshAccounts(client), [client]);
}

/** Asks the accounts when a view opens, unless they answered within the last minute. */
export function useRefreshOnOpen(): void {
  const client = useQueryClient();
  useEffect(() => {
    const { endedAt } = clientState(client).get(syncKey);
    if (endedAt === null || Date.now() - endedAt > 60_000) void firstPaint().then(() => refreshAccounts(client));
  }, [client]);
}

/** Asks every hosted account for its connectors, unless they are being asked already; never throws. */
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
      // What ailed it before is shown until it answers: a glyph that goes and comes back is no news.
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

/** How each account is; renders again when one of them changes its state, not with every second. */
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
    // What the user signed out is known to be so without asking.
    for (const { id, isSignedOut } of known ?? []) if (isSignedOut) states.set(id, "signed_out");
    return states;
  }, [accounts, known, now]);
}
