import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { useToasts } from "@/components/Toast";
import { useKeepAccountProblem, useRefreshAccounts } from "@/host/accountSync";
import { type Account, type AccountColour, type AccountId, type AddAccount, commands, type Json, type SecretInput } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { queries } from "@/host/queries";

/** Puts one account into the list, or takes it out. */
function useUpsertAccount() {
  const client = useQueryClient();
  return useCallback(
    (id: AccountId, account: Account | null) =>
      client.setQueryData(queries.accounts().queryKey, (current) => {
        if (!current) return current;
        if (!account) return current.filter((other) => other.id !== id);
        return current.some((other) => other.id === id) ? current.map((other) => (other.id === id ? account : other)) : [...current, account];
      }),
    [client],
  );
}

/** Adds an account. `stop` gives up waiting: an account that is added after that is taken away again. */
export function useAddAccount() {
  const upsert = useUpsertAccount();
  const setProblem = useKeepAccountProblem();
  const turn = useRef(0);
  const add = useMutation({
    mutationFn: async (request: AddAccount) => {
      const mine = turn.current;
      const account = await call(commands.addAccount(request));
      if (mine === turn.current) return account;
      await call(commands.removeAccount(account.id));
      return null;
    },
    onSuccess: (account) => {
      if (!account) return;
      upsert(account.id, account);
      setProblem(account.id, null);
    },
  });
  const stop = () => {
    turn.current += 1;
    add.reset();
  };
  return { add, stop };
}

/** Tries whether the sign-in of an account works; what comes of it is the account's state from then on. */
export function useTestAccount() {
  const setProblem = useKeepAccountProblem();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: (id: AccountId) => call(commands.testAccount(id)),
    onSuccess: (account) => {
      setProblem(account.id, null);
      toast(`The sign-in of ${account.label} works`);
    },
    onError: (thrown, id) => setProblem(id, asProblem(thrown)),
  });
}

/** Calls an account something else. */
export function useRenameAccount() {
  const upsert = useUpsertAccount();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: ({ id, label }: { id: AccountId; label: string }) => call(commands.renameAccount(id, label)),
    onSuccess: (account) => {
      upsert(account.id, account);
      toast(`Renamed to ${account.label}`);
    },
  });
}

/** Gives an account a colour to know it by; shown at once, and taken back when it was not kept. */
export function useColourAccount() {
  const upsert = useUpsertAccount();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, colour }: { id: AccountId; colour: AccountColour | null }) => call(commands.colourAccount(id, colour)),
    onMutate: ({ id, colour }) => {
      const before = client.getQueryData(queries.accounts().queryKey)?.find((one) => one.id === id);
      if (before) upsert(id, { ...before, colour });
      return before;
    },
    onSuccess: (account) => upsert(account.id, account),
    onError: (_problem, { id }, before) => before && upsert(id, before),
  });
}

/** Tries whether the sign-in works with other settings; nothing is kept, whatever comes of it. */
export function useTrySettings() {
  return useMutation({ mutationFn: ({ id, settings }: { id: AccountId; settings: Json }) => call(commands.tryAccountSettings(id, settings)) });
}

/** Changes the settings of an account, after they were seen to work. */
export function useChangeSettings() {
  const upsert = useUpsertAccount();
  const setProblem = useKeepAccountProblem();
  const refresh = useRefreshAccounts();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: ({ id, settings }: { id: AccountId; settings: Json }) => call(commands.changeAccountSettings(id, settings)),
    onSuccess: (account) => {
      upsert(account.id, account);
      setProblem(account.id, null);
      toast(`Settings of ${account.label} saved`);
      void refresh();
    },
  });
}

/** Forgets the secrets of an account. */
export function useSignOut() {
  const upsert = useUpsertAccount();
  const setProblem = useKeepAccountProblem();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: (id: AccountId) => call(commands.signOutAccount(id)),
    onSuccess: (account) => {
      upsert(account.id, account);
      setProblem(account.id, null);
      toast(`Signed out of ${account.label}`);
    },
  });
}

/** Puts other secrets in place of an account's. */
export function useReplaceSecrets() {
  const upsert = useUpsertAccount();
  const setProblem = useKeepAccountProblem();
  const refresh = useRefreshAccounts();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: ({ id, secrets }: { id: AccountId; secrets: Record<string, SecretInput> }) => call(commands.replaceAccountSecrets(id, secrets)),
    onSuccess: (account) => {
      upsert(account.id, account);
      setProblem(account.id, null);
      toast(`${account.label} signs in with the new key`);
      void refresh();
    },
  });
}

/** Takes an account out of Patchbay, with what is known of its connectors. */
export function useRemoveAccount() {
  const client = useQueryClient();
  const upsert = useUpsertAccount();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: ({ id }: Account) => call(commands.removeAccount(id)),
    onSuccess: (_nothing, account) => {
      upsert(account.id, null);
      void client.invalidateQueries({ queryKey: ["connectors"] });
      toast(`${account.label} removed. At the platform everything stays`);
    },
  });
}
