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
import { type Answer, call } from "./call";
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

/** Repeats the reads in flight, which may predate a change that is stored now. */
export function repeatReads(client: QueryClient, queryKey: QueryKey): void {
  for (const read of client.getQueryCache().findAll({ queryKey, fetchStatus: "fetching" })) {
    const again = () => client.invalidateQueries({ queryKey: read.queryKey, exact: true }, { cancelRefetch: false });
    void read.promise?.then(again, again);
  }
}

type Options = { staleTime?: number; gcTime?: number; retry?: false; refetchInterval?: number; enabled?: false };

/** A query whose `read` calls a command. */
function query<T>(queryKey: QueryKey, read: () => Promise<Answer<T>>, options: Options = {}) {
  return queryOptions({ queryKey, queryFn: () => call(read()), ...options });
}

// Requests to platforms: fetched when shown and after each check (`refetchAfterChecks`); never polled.
const once = { staleTime: Infinity, retry: false } as const;
/** Interval for polling a locked keychain, in milliseconds. */
const keychainLooks = 2_000;

// Forms are fetched each time they open: secrets and current values are not cached.
const form = { ...once, gcTime: 0 } as const;

/** Reads after the first paint. */
const later = <T>(read: () => Promise<T>) => firstPaint().then(read);

/**
 * All queries of the window. Events invalidate them (`events.ts`); only other processes and a locked keychain are
 * polled.
 */
export const queries = {
  about: () => query(keys.about, () => commands.about(), { staleTime: Infinity }),
  preferences: () => query(keys.preferences, () => commands.loadPreferences(), { staleTime: Infinity }),
  accounts: () => query(keys.accounts, () => commands.listAccounts()),
  platforms: () => queryOptions({ queryKey: keys.platforms, queryFn: () => commands.listPlatforms() }),
  // Under the accounts' key, because the operations depend on the account's settings.
  operations: (account: AccountId) =>
    query([...keys.accounts, account, "operations"], () => commands.listOperations(account), { staleTime: Infinity }),
  needs: () => query(keys.needs, () => later(() => commands.listNeeds())),
  backgroundChecks: () => query(keys.background, () => commands.backgroundChecks()),
  toolChanges: (connector: ConnectorId) =>
    query([...keys.toolChanges, connector], () => commands.listToolChanges(connector)),
  /** The first part of the list, which loads at once however long the list is. */
  firstConnectors: () => query([...keys.connectors, "first"], () => commands.firstConnectors()),
  // Without `native`, which only `connector` includes.
  connectors: () => query(keys.connectors, () => later(() => commands.listConnectors())),
  connector: (id: ConnectorId) => query(keys.connector(id), () => commands.findConnector(id)),
  namesCredentials: (id: ConnectorId) =>
    query([...keys.connector(id), "names-credentials"], () => commands.namesCredentials(id), { retry: false }),
  deviations: (id: ConnectorId) => query([...keys.connector(id), "deviations"], () => commands.listDeviations(id)),
  copies: (id: ConnectorId) => query([...keys.connector(id), "copies"], () => commands.listCopies(id)),
  platformDetails: (id: ConnectorId) =>
    query([...keys.hostedState(id), "details"], () => commands.connectorDetails(id), once),
  platformCredentials: (id: ConnectorId) =>
    query([...keys.hostedState(id), "credentials"], () => commands.listPlatformCredentials(id), once),
  platformSettings: (id: ConnectorId) =>
    query([...keys.hosted, id, "settings"], () => commands.connectorSettings(id), form),
  credentialForm: (id: ConnectorId, level: Level) =>
    query([...keys.hosted, id, "form", level], () => commands.platformCredentialForm(id, level), form),
  // Fetched each time they are shown.
  resources: (id: ConnectorId) => query([...keys.offeredBy(id), "resources"], () => commands.listResources(id), form),
  // A `staleTime` of 0 also fetches when the query replaces itself after an invalidation.
  resource: (id: ConnectorId, uri: string) =>
    query([...keys.offeredBy(id), "resource", uri], () => commands.readResource(id, uri), { ...form, staleTime: 0 }),
  prompts: (id: ConnectorId) => query([...keys.offeredBy(id), "prompts"], () => commands.listPrompts(id), form),
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
    query([...keys.icons, id, address], () => commands.loadIcon(id, tool), once),
  program: (name: string, path: string | null) =>
    query([...keys.programs, name, path], () => commands.findProgram(name, path), { retry: false }),
  // Polled, because other processes start and end sessions without an event.
  sessions: () => query([...keys.offered, "sessions"], () => commands.listSessions(), { refetchInterval: 1000 }),
  // Polled likewise.
  serverLog: (id: ConnectorId) =>
    query([...keys.offeredBy(id), "log"], () => commands.readServerLog(id), { refetchInterval: 1000 }),
  tools: (connector: ConnectorId | null) => query([...keys.tools, connector], () => commands.listTools(connector)),
  tool: (connector: ConnectorId, tool: string) =>
    query([...keys.tools, connector, tool], () => commands.findTool(connector, tool)),
  runs: (filter: RunQuery) =>
    queryOptions({
      queryKey: [...keys.runLists, filter],
      queryFn: () => call(commands.listRuns(filter)),
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
  run: (id: RunId) => query([...keys.runs, "one", id], () => commands.findRun(id)),
  previousRun: (id: RunId) => query([...keys.runLists, "previous", id], () => commands.previousRun(id)),
  comparison: (before: RunId, after: RunId) =>
    query([...keys.comparisons, before, after], () => commands.compareRuns(before, after)),
  nextPage: (id: RunId) => query([...keys.nextPages, id], () => commands.nextPage(id), once),
  history: () => query(keys.history, () => commands.history()),
  wallet: () => query(keys.wallet, () => commands.listWallet()),
  rotation: (entry: WalletEntryId) =>
    query([...keys.wallet, entry, "rotation"], () => commands.planRotation(entry), { retry: false }),
  // No event tells of a program that was allowed in a system dialog or on the command line.
  allowedPrograms: () => query(keys.allowedPrograms, () => commands.listAllowedPrograms(), { staleTime: 0 }),
  authorizations: () => query(keys.authorizations, () => commands.listAuthorizations()),
  authorization: (id: AuthorizationId) => query([...keys.authorizations, id], () => commands.findAuthorization(id)),
  questions: () => queryOptions({ queryKey: keys.questions, queryFn: () => later(() => commands.listQuestions()) }),
  definitions: (account: AccountId) => query([...keys.definitions, account], () => commands.listDefinitions(account)),
  creationForm: (account: AccountId, definition: string) =>
    query([...keys.definitions, account, definition, "form"], () => commands.creationForm(account, definition)),
  providerSignIn: (account: AccountId, definition: string) =>
    query([...keys.definitions, account, definition, "sign-in"], () => commands.providerSignIn(account, definition)),
  copyForm: (connector: ConnectorId, account: AccountId) =>
    query([...keys.definitions, account, "copy", connector], () => commands.copyForm(connector, account), form),
  copyTargets: (connector: ConnectorId) =>
    query([...keys.accounts, "copy", connector], () => commands.listCopyTargets(connector), form),
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
  update: () => query(keys.update, () => commands.checkForUpdate(), { enabled: false }),
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
