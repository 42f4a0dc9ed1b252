import { type QueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { refreshAccounts, setAccountProblem } from "@/host/accountSync";
import {
  type Account,
  type AccountColour,
  type AccountId,
  type AddAccount,
  commands,
  type Json,
  type SecretInput,
} from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { keys, queries } from "@/host/queries";
import { removeAccount, upsertAccount } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";

/** An account whose sign-in was just seen to work, or was just given up: nothing ails it any more. */
function upsertHealthy(client: QueryClient, account: Account): void {
  upsertAccount(client, account);
  setAccountProblem(client, account.id, null);
}

/** An account that may list other connectors than before. */
function upsertAndRefresh(client: QueryClient, account: Account): void {
  upsertHealthy(client, account);
  void refreshAccounts(client);
}

/** Adds an account. `stop` gives up waiting: an account that is added after that is taken away again. */
export function useAddAccount() {
  const turn = useRef(0);
  const add = useCommand({
    mutationFn: async (request: AddAccount) => {
      const mine = turn.current;
      const account = await call(commands.addAccount(request));
      if (mine === turn.current) return account;
      await call(commands.removeAccount(account.id));
      return null;
    },
    update: (client, account) => account && upsertHealthy(client, account),
  });
  const stop = () => {
    turn.current += 1;
    add.reset();
  };
  return { add, stop };
}

/** Tries whether the sign-in of an account works; what comes of it is the account's state from then on. */
export function useTestAccount() {
  return useCommand({
    mutationFn: (id: AccountId) => call(commands.testAccount(id)),
    update: (client, { id }) => setAccountProblem(client, id, null),
    toast: ({ label }) => `${label}: sign-in works`,
    onProblem: (client, thrown, id) => setAccountProblem(client, id, asProblem(thrown)),
  });
}

/** Calls an account something else. */
export function useRenameAccount() {
  return useCommand({
    mutationFn: ({ id, label }: { id: AccountId; label: string }) => call(commands.renameAccount(id, label)),
    update: upsertAccount,
    toast: ({ label }) => `Renamed to ${label}`,
  });
}

/** Gives an account a colour to know it by; shown at once, and taken back when it was not kept. */
export function useColourAccount() {
  return useCommand({
    mutationFn: ({ id, colour }: { id: AccountId; colour: AccountColour | null }) =>
      call(commands.colourAccount(id, colour)),
    onMutate: ({ id, colour }, { client }) => {
      const before = client.getQueryData(queries.accounts().queryKey)?.find((one) => one.id === id);
      if (before) upsertAccount(client, { ...before, colour });
      return before;
    },
    update: upsertAccount,
    onError: (_problem, _variables, before, { client }) => before && upsertAccount(client, before),
  });
}

/** Tries whether the sign-in works with other settings; nothing is kept, whatever comes of it. */
export function useTrySettings() {
  return useCommand({
    mutationFn: ({ id, settings }: { id: AccountId; settings: Json }) =>
      call(commands.tryAccountSettings(id, settings)),
  });
}

/** Changes the settings of an account, after they were seen to work. */
export function useChangeSettings() {
  return useCommand({
    mutationFn: ({ id, settings }: { id: AccountId; settings: Json }) =>
      call(commands.changeAccountSettings(id, settings)),
    update: upsertAndRefresh,
    toast: ({ label }) => `Settings of ${label} saved`,
  });
}

/** Forgets the secrets of an account. */
export function useSignOut() {
  return useCommand({
    mutationFn: (id: AccountId) => call(commands.signOutAccount(id)),
    update: upsertHealthy,
    toast: ({ label }) => `Signed out of ${label}`,
  });
}

/** Puts other secrets in place of an account's. */
export function useReplaceSecrets() {
  return useCommand({
    mutationFn: ({ id, secrets }: { id: AccountId; secrets: Record<string, SecretInput> }) =>
      call(commands.replaceAccountSecrets(id, secrets)),
    update: upsertAndRefresh,
    toast: ({ label }) => `Key of ${label} replaced`,
  });
}

/** Takes an account out of Patchbay, with what is known of its connectors. */
export function useRemoveAccount() {
  return useCommand({
    mutationFn: ({ id }: Account) => call(commands.removeAccount(id)),
    update: (client, _nothing, { id }) => removeAccount(client, id),
    toast: (_nothing, { label }) => `${label} removed`,
    invalidates: [keys.connectors],
  });
}
