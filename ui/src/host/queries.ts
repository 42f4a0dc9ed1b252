import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type AccountId, type AuthorizationId, commands, type ConnectorId, type Platform, type RunId, type RunQuery } from "./bindings";
import { call } from "./call";

/**
 * What the window reads, one entry for each list or thing. News invalidates by these keys
 * (`events.ts`), so nothing here is ever polled.
 */
export const queries = {
  about: () => queryOptions({ queryKey: ["about"], queryFn: () => call(commands.about()), staleTime: Infinity }),
  preferences: () =>
    queryOptions({ queryKey: ["preferences"], queryFn: () => call(commands.loadPreferences()), staleTime: Infinity }),
  accounts: () => queryOptions({ queryKey: ["accounts"], queryFn: () => call(commands.listAccounts()) }),
  platforms: () => queryOptions({ queryKey: ["platforms"], queryFn: () => commands.listPlatforms() }),
  operations: (platform: Platform) =>
    queryOptions({ queryKey: ["operations", platform], queryFn: () => commands.listOperations(platform), staleTime: Infinity }),
  connectors: () => queryOptions({ queryKey: ["connectors"], queryFn: () => call(commands.listConnectors()) }),
  connector: (id: ConnectorId) =>
    queryOptions({ queryKey: ["connectors", id], queryFn: () => call(commands.findConnector(id)) }),
  tools: (connector: ConnectorId | null) =>
    queryOptions({ queryKey: ["tools", connector], queryFn: () => call(commands.listTools(connector)) }),
  runs: (query: RunQuery) =>
    queryOptions({
      queryKey: ["runs", "list", query],
      queryFn: () => call(commands.listRuns(query)),
      placeholderData: keepPreviousData,
    }),
  history: () => queryOptions({ queryKey: ["history"], queryFn: () => call(commands.history()) }),
  run: (id: RunId) => queryOptions({ queryKey: ["runs", "one", id], queryFn: () => call(commands.findRun(id)) }),
  wallet: () => queryOptions({ queryKey: ["wallet"], queryFn: () => call(commands.listWallet()) }),
  authorizations: () =>
    queryOptions({ queryKey: ["authorizations"], queryFn: () => call(commands.listAuthorizations()) }),
  authorization: (id: AuthorizationId) =>
    queryOptions({ queryKey: ["authorizations", id], queryFn: () => call(commands.findAuthorization(id)) }),
  definitions: (account: AccountId) =>
    queryOptions({ queryKey: ["definitions", account], queryFn: () => call(commands.listDefinitions(account)) }),
  creationForm: (account: AccountId, definition: string) =>
    queryOptions({ queryKey: ["definitions", account, definition, "form"], queryFn: () => call(commands.creationForm(account, definition)) }),
  providerSignIn: (account: AccountId, definition: string) =>
    queryOptions({ queryKey: ["definitions", account, definition, "sign-in"], queryFn: () => call(commands.providerSignIn(account, definition)) }),
  copyForm: (connector: ConnectorId, account: AccountId) =>
    queryOptions({ queryKey: ["definitions", account, "copy", connector], queryFn: () => call(commands.copyForm(connector, account)) }),
  copies: (connector: ConnectorId) =>
    queryOptions({ queryKey: ["connectors", connector, "copies"], queryFn: () => call(commands.listCopies(connector)) }),
  catalogue: () => queryOptions({ queryKey: ["catalogue"], queryFn: () => commands.listCatalogue(), staleTime: Infinity }),
  vault: () => queryOptions({ queryKey: ["vault"], queryFn: () => call(commands.vaultStatus()) }),
};

/** A query that lists every run, newest first. */
export const everyRun: RunQuery = {
  text: null,
  connector: null,
  tool: null,
  states: [],
  origin: null,
  before: null,
  limit: 0,
};
