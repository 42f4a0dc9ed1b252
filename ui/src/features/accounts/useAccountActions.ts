import { type QueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { refreshChangedAccounts, setAccountProblem } from "@/host/accountSync";
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
import { clientState, stateKey } from "@/host/clientState";
import { keys } from "@/host/queries";
import { removeAccount, upsertAccount } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { type AccountForm, emptyForm } from "./accountForm";

/** Stores an account whose sign-in has just been tested or removed: it has no problem. */
function upsertHealthy(client: QueryClient, account: Account): void {
  upsertAccount(client, account);
  setAccountProblem(client, account.id, null);
}

/** Stores an account whose connectors may differ now. */
function upsertAndRefresh(client: QueryClient, account: Account): void {
  upsertHealthy(client, account);
  refreshChangedAccounts(client);
}

/** Adds an account. `stop` abandons it: an account that is added later is removed again. */
export function useAddAccount() {
  const attempts = useRef(0);
  const add = useCommand({
    mutationFn: async (request: AddAccount) => {
      const attempt = attempts.current;
      const account = await call(commands.addAccount(request));
      if (attempt === attempts.current) return account;
      await call(commands.removeAccount(account.id));
      return null;
    },
    update: (client, account) => account && upsertHealthy(client, account),
    toast: (account) => account && `${account.label} added`,
  });
  const stop = () => {
    attempts.current += 1;
    add.reset();
  };
  return { add, stop };
}

/** Tests the sign-in of an account, and updates its state. */
export function useTestAccount() {
  return useCommand({
    command: commands.testAccount,
    update: (client, { id }) => setAccountProblem(client, id, null),
    toast: ({ label }) => `${label}: sign-in works`,
    onProblem: (client, thrown, id) => setAccountProblem(client, id, asProblem(thrown)),
  });
}

export function useRenameAccount(id: AccountId) {
  return useCommand({
    command: (label: string) => commands.renameAccount(id, label),
    update: upsertAccount,
    toast: ({ label }) => `Renamed to ${label}`,
  });
}

export function useColourAccount(id: AccountId) {
  return useCommand({
    // One after the other, so that the last one counts.
    scope: { id: `color ${id}` },
    command: (colour: AccountColour | null) => commands.colourAccount(id, colour),
    update: upsertAccount,
  });
}

/** Settings of an account, and the secrets entered with them. */
type NewSettings = { settings: Json; secrets: Record<string, SecretInput> };

/** Tests the sign-in with other settings, without saving them. */
export function useTestSettings(id: AccountId) {
  return useCommand({
    command: ({ settings, secrets }: NewSettings) => commands.tryAccountSettings(id, settings, secrets),
  });
}

/** Key of edited settings that are not saved, by name. */
export const settingsEdits = (id: AccountId) => stateKey<AccountForm["settings"]>(emptyForm.settings, "account", id);

/** New settings with the edits that led to them. */
type SavedSettings = NewSettings & { edits: AccountForm["settings"] };

/** Saves the settings of an account after testing them. */
export function useChangeSettings(id: AccountId) {
  return useCommand({
    command: ({ settings, secrets }: SavedSettings) => commands.changeAccountSettings(id, settings, secrets),
    update: (client, account, { edits }) => {
      // What was typed meanwhile stays.
      clientState(client).set(settingsEdits(id), (now) =>
        Object.fromEntries(Object.entries(now).filter(([name, text]) => text !== edits[name])),
      );
      upsertAndRefresh(client, account);
    },
    toast: ({ label }) => `Settings of ${label} saved`,
    unseenFailure: () => "Settings not saved",
  });
}

/** Deletes the secrets of an account. */
export function useSignOut(id: AccountId) {
  return useCommand({
    command: () => commands.signOutAccount(id),
    update: upsertHealthy,
    toast: ({ label }) => `Signed out of ${label}`,
    unseenFailure: () => "Not signed out",
  });
}

/** New secrets of an account, and whether it was signed out when they were entered. */
type NewSecrets = { secrets: Record<string, SecretInput>; signsIn: boolean };

/** Replaces the secrets of an account, or signs in with them. */
export function useReplaceSecrets(id: AccountId) {
  return useCommand({
    command: ({ secrets }: NewSecrets) => commands.replaceAccountSecrets(id, secrets),
    update: upsertAndRefresh,
    toast: ({ label }, { signsIn }) => (signsIn ? `Signed in to ${label}` : `Key of ${label} replaced`),
    unseenFailure: ({ signsIn }) => (signsIn ? "Not signed in" : "Key not replaced"),
  });
}

/** Removes an account with its connectors. */
export function useRemoveAccount() {
  return useCommand({
    mutationFn: async ({ id }: Account) => {
      try {
        await call(commands.removeAccount(id));
      } catch (thrown) {
        // It was removed elsewhere, as wanted.
        if (asProblem(thrown).code !== "not_found") throw thrown;
      }
    },
    update: (client, _nothing, { id }) => removeAccount(client, id),
    toast: (_nothing, { label }) => `${label} removed`,
    unseenFailure: ({ label }) => `${label} not removed`,
    invalidates: [keys.connectors],
  });
}
