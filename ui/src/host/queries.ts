import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  type QueryKey,
  queryOptions,
} from "@tanstack/react-query";
import {
  type AccountId,
  type AuthorizationId,
  commands,
  type CompletionRequest,
  type ConnectorId,
  type Level,
  type RunId,
  type RunQuery,
  type WalletEntryId,
} from "./bindings";
import { call } from "./call";
import { firstPaint } from "./firstPaint";

/** Query keys. Invalidating one also invalidates those that start with it. */
export const keys = {
  about: ["about"],
  preferences: ["preferences"],
  accounts: ["accounts"],
  platforms: ["platforms"],
  needs: ["needs"],
  background: ["background"],
  connectors: ["connectors"],
  connector: (id: ConnectorId) => ["connectors", id],
  // Changes of tools come with the tools.
  tools: ["tools"],
  toolChanges: ["tools", "changes"],
  runs: ["runs"],
  runPages: ["runs", "pages"],
  /** Derived from several runs; invalidated whenever a run starts or ends. */
  runLists: ["runs", "lists"],
  comparisons: ["runs", "lists", "comparison"],
  history: ["history"],
  nextPages: ["next-page"],
  wallet: ["wallet"],
  allowedPrograms: ["allowed-programs"],
  programs: ["programs"],
  authorizations: ["authorizations"],
  questions: ["questions"],
  icons: ["icons"],
  definitions: ["definitions"],
  catalogue: ["catalogue"],
  vault: ["vault"],
  update: ["update"],
  /** Prompts, resources and logs of servers. */
  offered: ["offered"],
  offeredBy: (id: ConnectorId) => ["offered", id],
  /** Platform data about connectors. Each read is a request to the platform. */
  hosted: ["hosted"],
  /** The part of it that a check of the connector can change. */
  hostedState: (id: ConnectorId) => ["hosted", id, "state"],
} as const;

/** Invalidates these keys; visible queries are fetched again at once. */
export async function invalidate(client: QueryClient, ...subjects: QueryKey[]): Promise<void> {
  await Promise.all(subjects.map((queryKey) => client.invalidateQueries({ queryKey })));
}

// Requests to platforms: fetched when shown and after each check (`refetchAfterChecks`); never polled.
const once = { staleTime: Infinity, retry: false } as const;
/** Interval for polling a locked keychain, in milliseconds. */
const keychainLooks = 2_000;

// Forms are fetched each time they open: secrets and current values are not cached.
const form = { ...once, gcTime: 0 } as const;

/**
 * All queries of the window. Events invalidate them (`events.ts`); only other processes and a locked keychain are
 * polled.
 */
export const queries = {
  about: () => queryOptions({ queryKey: keys.about, queryFn: () => call(commands.about()), staleTime: Infinity }),
  preferences: () =>
    queryOptions({ queryKey: keys.preferences, queryFn: () => call(commands.loadPreferences()), staleTime: Infinity }),
  accounts: () => queryOptions({ queryKey: keys.accounts, queryFn: () => call(commands.listAccounts()) }),
  platforms: () => queryOptions({ queryKey: keys.platforms, queryFn: () => commands.listPlatforms() }),
  // Under the accounts' key, because the operations depend on the account's settings.
  operations: (account: AccountId) =>
    queryOptions({
      queryKey: [...keys.accounts, account, "operations"],
      queryFn: () => call(commands.listOperations(account)),
      staleTime: Infinity,
    }),
  needs: () =>
    queryOptions({ queryKey: keys.needs, queryFn: () => firstPaint().then(() => call(commands.listNeeds())) }),
  backgroundChecks: () => queryOptions({ queryKey: keys.background, queryFn: () => call(commands.backgroundChecks()) }),
  toolChanges: (connector: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.toolChanges, connector],
      queryFn: () => call(commands.listToolChanges(connector)),
    }),
  /** The first part of the list, which loads at once however long the list is. */
  firstConnectors: () =>
    queryOptions({ queryKey: [...keys.connectors, "first"], queryFn: () => call(commands.firstConnectors()) }),
  // Without `native`, which only `connector` includes.
  connectors: () =>
    queryOptions({
      queryKey: keys.connectors,
      queryFn: () => firstPaint().then(() => call(commands.listConnectors())),
    }),
  connector: (id: ConnectorId) =>
    queryOptions({ queryKey: keys.connector(id), queryFn: () => call(commands.findConnector(id)) }),
  namesCredentials: (id: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.connector(id), "names-credentials"],
      queryFn: () => call(commands.namesCredentials(id)),
      retry: false,
    }),
  deviations: (id: ConnectorId) =>
    queryOptions({ queryKey: [...keys.connector(id), "deviations"], queryFn: () => call(commands.listDeviations(id)) }),
  copies: (id: ConnectorId) =>
    queryOptions({ queryKey: [...keys.connector(id), "copies"], queryFn: () => call(commands.listCopies(id)) }),
  platformDetails: (id: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.hostedState(id), "details"],
      queryFn: () => call(commands.connectorDetails(id)),
      ...once,
    }),
  platformCredentials: (id: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.hostedState(id), "credentials"],
      queryFn: () => call(commands.listPlatformCredentials(id)),
      ...once,
    }),
  platformSettings: (id: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.hosted, id, "settings"],
      queryFn: () => call(commands.connectorSettings(id)),
      ...form,
    }),
  credentialForm: (id: ConnectorId, level: Level) =>
    queryOptions({
      queryKey: [...keys.hosted, id, "form", level],
      queryFn: () => call(commands.platformCredentialForm(id, level)),
      ...form,
    }),
  // Fetched each time they are shown.
  resources: (id: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.offeredBy(id), "resources"],
      queryFn: () => call(commands.listResources(id)),
      ...form,
    }),
  resource: (id: ConnectorId, uri: string) =>
    queryOptions({
      queryKey: [...keys.offeredBy(id), "resource", uri],
      queryFn: () => call(commands.readResource(id, uri)),
      ...form,
      // Also fetches when the query replaces itself after an invalidation.
      staleTime: 0,
    }),
  prompts: (id: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.offeredBy(id), "prompts"],
      queryFn: () => call(commands.listPrompts(id)),
      ...form,
    }),
  // Keeps the previous suggestions until new ones arrive.
  completion: (id: ConnectorId, request: CompletionRequest) =>
    queryOptions({
      queryKey: [...keys.offeredBy(id), "completion", request],
      queryFn: () => call(commands.complete(id, request)),
      placeholderData: keepPreviousData,
      ...form,
    }),
  // Each image has its own address; the host checks whether it may be loaded.
  icon: (id: ConnectorId, tool: string | null, address: string) =>
    queryOptions({ queryKey: [...keys.icons, id, address], queryFn: () => call(commands.loadIcon(id, tool)), ...once }),
  program: (name: string, path: string | null) =>
    queryOptions({
      queryKey: [...keys.programs, name, path],
      queryFn: () => call(commands.findProgram(name, path)),
      retry: false,
    }),
  // Polled, because other processes start and end sessions without an event.
  sessions: () =>
    queryOptions({
      queryKey: [...keys.offered, "sessions"],
      queryFn: () => call(commands.listSessions()),
      refetchInterval: 1000,
    }),
  // Polled likewise.
  serverLog: (id: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.offeredBy(id), "log"],
      queryFn: () => call(commands.readServerLog(id)),
      refetchInterval: 1000,
    }),
  tools: (connector: ConnectorId | null) =>
    queryOptions({ queryKey: [...keys.tools, connector], queryFn: () => call(commands.listTools(connector)) }),
  tool: (connector: ConnectorId, tool: string) =>
    queryOptions({
      queryKey: [...keys.tools, connector, tool],
      queryFn: () => call(commands.findTool(connector, tool)),
    }),
  runs: (query: RunQuery) =>
    queryOptions({
      queryKey: [...keys.runLists, query],
      queryFn: () => call(commands.listRuns(query)),
      placeholderData: keepPreviousData,
    }),
  /** The history, newest first, page by page. */
  runPages: (filter: RunFilter) =>
    infiniteQueryOptions({
      queryKey: [...keys.runPages, filter],
      queryFn: ({ pageParam }) =>
        call(
          commands.listRuns({
            ...everyRun,
            text: filter.text.trim() || null,
            connector: filter.connector,
            before: pageParam,
            limit: pageParam === null ? firstPage : furtherPages,
          }),
        ),
      initialPageParam: null as RunId | null,
      getNextPageParam: (last) => last.next,
      placeholderData: keepPreviousData,
    }),
  run: (id: RunId) => queryOptions({ queryKey: [...keys.runs, "one", id], queryFn: () => call(commands.findRun(id)) }),
  previousRun: (id: RunId) =>
    queryOptions({ queryKey: [...keys.runLists, "previous", id], queryFn: () => call(commands.previousRun(id)) }),
  comparison: (before: RunId, after: RunId) =>
    queryOptions({
      queryKey: [...keys.comparisons, before, after],
      queryFn: () => call(commands.compareRuns(before, after)),
    }),
  nextPage: (id: RunId) =>
    queryOptions({ queryKey: [...keys.nextPages, id], queryFn: () => call(commands.nextPage(id)), ...once }),
  history: () => queryOptions({ queryKey: keys.history, queryFn: () => call(commands.history()) }),
  wallet: () => queryOptions({ queryKey: keys.wallet, queryFn: () => call(commands.listWallet()) }),
  rotation: (entry: WalletEntryId) =>
    queryOptions({
      queryKey: [...keys.wallet, entry, "rotation"],
      queryFn: () => call(commands.planRotation(entry)),
      retry: false,
    }),
  allowedPrograms: () =>
    queryOptions({ queryKey: keys.allowedPrograms, queryFn: () => call(commands.listAllowedPrograms()) }),
  authorizations: () =>
    queryOptions({ queryKey: keys.authorizations, queryFn: () => call(commands.listAuthorizations()) }),
  authorization: (id: AuthorizationId) =>
    queryOptions({ queryKey: [...keys.authorizations, id], queryFn: () => call(commands.findAuthorization(id)) }),
  questions: () =>
    queryOptions({ queryKey: keys.questions, queryFn: () => firstPaint().then(() => commands.listQuestions()) }),
  definitions: (account: AccountId) =>
    queryOptions({ queryKey: [...keys.definitions, account], queryFn: () => call(commands.listDefinitions(account)) }),
  creationForm: (account: AccountId, definition: string) =>
    queryOptions({
      queryKey: [...keys.definitions, account, definition, "form"],
      queryFn: () => call(commands.creationForm(account, definition)),
    }),
  providerSignIn: (account: AccountId, definition: string) =>
    queryOptions({
      queryKey: [...keys.definitions, account, definition, "sign-in"],
      queryFn: () => call(commands.providerSignIn(account, definition)),
    }),
  copyForm: (connector: ConnectorId, account: AccountId) =>
    queryOptions({
      queryKey: [...keys.definitions, account, "copy", connector],
      queryFn: () => call(commands.copyForm(connector, account)),
    }),
  copyTargets: (connector: ConnectorId) =>
    queryOptions({
      queryKey: [...keys.accounts, "copy", connector],
      queryFn: () => call(commands.listCopyTargets(connector)),
    }),
  catalogue: () =>
    queryOptions({ queryKey: keys.catalogue, queryFn: () => commands.listCatalogue(), staleTime: Infinity }),
  /** Polled while the keychain is locked: unlocking it sends no event. */
  vault: () =>
    queryOptions({
      queryKey: keys.vault,
      queryFn: () => call(commands.vaultStatus()),
      refetchInterval: ({ state: { data } }) =>
        data?.state === "locked" && data.backend === "keychain" ? keychainLooks : false,
    }),
  /** Fetched on demand. */
  update: () => queryOptions({ queryKey: keys.update, queryFn: () => call(commands.checkForUpdate()), enabled: false }),
};

/** The filter of the history. The host parses `text`, such as `status:error`. */
export type RunFilter = { text: string; connector: ConnectorId | null };

/** A short first page loads quickly; long further pages reach the end in few requests. */
const firstPage = 100;
const furtherPages = 500;

/** The query for all runs, newest first. */
export const everyRun: RunQuery = {
  text: null,
  connector: null,
  tool: null,
  states: [],
  origin: null,
  since: null,
  pinned: false,
  before: null,
  limit: 0,
};
