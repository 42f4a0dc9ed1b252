import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type AccountId, type AuthorizationId, commands, type ConnectorId, type RunId, type RunQuery, type WalletEntryId } from "./bindings";
import { call } from "./call";
import { firstDraw } from "./firstDraw";

/**
 * What the window reads, one entry for each list or thing. Events invalidate by these keys
 * (`events.ts`), so nothing here is ever polled.
 */
export const queries = {
  about: () => queryOptions({ queryKey: ["about"], queryFn: () => call(commands.about()), staleTime: Infinity }),
  preferences: () =>
    queryOptions({ queryKey: ["preferences"], queryFn: () => call(commands.loadPreferences()), staleTime: Infinity }),
  accounts: () => queryOptions({ queryKey: ["accounts"], queryFn: () => call(commands.listAccounts()) }),
  platforms: () => queryOptions({ queryKey: ["platforms"], queryFn: () => commands.listPlatforms() }),
  // Under the key of accounts, for the settings of an account decide what it can call.
  operations: (account: AccountId) =>
    queryOptions({ queryKey: ["accounts", account, "operations"], queryFn: () => call(commands.listOperations(account)), staleTime: Infinity }),
  needs: () => queryOptions({ queryKey: ["needs"], queryFn: () => firstDraw().then(() => call(commands.listNeeds())) }),
  backgroundChecks: () => queryOptions({ queryKey: ["background"], queryFn: () => call(commands.backgroundChecks()) }),
  // Under the key of tools, for whatever changes tools changes this.
  // `null` for those of all connectors.
  toolChanges: (connector: ConnectorId | null) =>
    queryOptions({ queryKey: ["tools", "changes", connector], queryFn: () => call(commands.listToolChanges(connector)) }),
  /** The beginning of the list, which is there at once however long the list is. */
  firstConnectors: () => queryOptions({ queryKey: ["connectors", "first"], queryFn: () => call(commands.firstConnectors()) }),
  // Without `native`, which only `connector` has.
  connectors: () => queryOptions({ queryKey: ["connectors"], queryFn: () => firstDraw().then(() => call(commands.listConnectors())) }),
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
  nextPage: (id: RunId) =>
    queryOptions({ queryKey: ["next-page", id], queryFn: () => call(commands.nextPage(id)), staleTime: Infinity, retry: false }),
  wallet: () => queryOptions({ queryKey: ["wallet"], queryFn: () => call(commands.listWallet()) }),
  allowedPrograms: () => queryOptions({ queryKey: ["allowed-programs"], queryFn: () => call(commands.listAllowedPrograms()) }),
  rotation: (entry: WalletEntryId) =>
    queryOptions({ queryKey: ["wallet", entry, "rotation"], queryFn: () => call(commands.planRotation(entry)), retry: false }),
  // Every read is a request to the platform: it is asked when somebody wants to see them, never by itself.
  platformCredentials: (connector: ConnectorId) =>
    queryOptions({ queryKey: ["hosted", connector, "credentials"], queryFn: () => call(commands.listPlatformCredentials(connector)), staleTime: Infinity, retry: false }),
  namesCredentials: (connector: ConnectorId) =>
    queryOptions({ queryKey: ["connectors", connector, "names-credentials"], queryFn: () => call(commands.namesCredentials(connector)), retry: false }),
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
  since: null,
  before: null,
  limit: 0,
};
