import { type Channel } from "@tauri-apps/api/core";
import { mockIPC } from "@tauri-apps/api/mocks";
import {
  type About,
  type Account,
  type AccountId,
  type RunAction,
  type ChangeSettings,
  type SettingsPlan,
  type AccountSynced,
  type AddAccount,
  type AddConnector,
  type AddProgram,
  type AddressInspection,
  type AddWalletEntry,
  type AllowedProgram,
  type Authorization,
  type Check,
  type commands,
  type Connector,
  type ConnectorChanges,
  type FirstConnectors,
  type History,
  type Need,
  type Event as HostEvent,
  type OpenQuestion,
  type OperationInfo,
  type PlatformForm,
  type Preferences,
  type Problem,
  type Retention,
  type Rotation,
  type RotationTarget,
  type RunLabel,
  type RunQuery,
  type RunTool,
  type StartAuthorization,
  type ToolChange,
  type ToolRun,
  type VaultStatus,
  type WalletEntry,
} from "@/host/bindings";
import { creationHandlers } from "./createSamples";
import { comparison, history, isAsked } from "./historySamples";
import { connectorSettings, credentialForm, credentialLevels, platformDetails } from "./hostedSamples";
import { needsOf } from "./needSamples";
import { readPasted } from "./pastedSamples";
import {
  about,
  account,
  authorization,
  check,
  connector,
  entry,
  manyOperations,
  manyPlatforms,
  needsAttention,
  problem,
  run,
  statusOf,
  summary,
  type ConnectorTool,
  vault,
} from "./samples";

type Commands = typeof commands;
type Name = keyof Commands;
type Answered<T> = T extends { status: "ok"; data: infer Data } ? Data : T extends { status: "error" } ? never : T;
type DataOf<K extends Name> = Answered<Awaited<ReturnType<Commands[K]>>>;
type Given = Record<string, unknown>;

/**
 * Command handlers by name, called with the named arguments. What one throws becomes the command's problem. Commands
 * without a handler fail.
 */
export type Handlers = { [K in Name]?: (given: Given) => DataOf<K> | Promise<DataOf<K>> };

export type HostState = {
  about: About;
  preferences: Preferences;
  accounts: Account[];
  platforms: PlatformForm[];
  operations: OperationInfo[];
  connectors: Connector[];
  tools: ConnectorTool[];
  runs: ToolRun[];
  wallet: WalletEntry[];
  allowedPrograms: AllowedProgram[];
  authorizations: Authorization[];
  questions: OpenQuestion[];
  vault: VaultStatus;
  /** Needs other than those derived from accounts and connectors. */
  needs: Need[];
  toolChanges: ToolChange[];
};

type Listed = "accounts" | "connectors" | "runs" | "wallet" | "allowedPrograms" | "authorizations" | "questions";

/** A host in memory behind the real bindings. Handlers can be replaced one by one. */
export class MockHost {
  readonly state: HostState;
  /** All calls with their arguments. */
  readonly calls: { name: string; given: Given }[] = [];
  readonly handlers: Handlers;
  /** Number of runs past their retention. */
  due = 0;
  /** Paths that comparisons of runs ignore. */
  ignored: string[] = ["/outcome/result/**/updatedAt"];
  /** Whether background checks are on. */
  looksAfter = true;
  /** Targets of wallet entries that have more than connectors. */
  readonly targets = new Map<string, RotationTarget[]>();
  /** Problems of targets that reject a new secret, by title. */
  readonly refuses = new Map<string, Problem>();
  private events: Channel<HostEvent> | null = null;
  private readonly rotated = new Set<string>();
  private readonly rolledBack = new Set<string>();
  private retention: Retention = { days: 90, runs: 10_000 };
  private readonly removed = new Map<string, Connector>();

  constructor(state: Partial<HostState> = {}) {
    this.state = {
      about: about(),
      preferences: {},
      accounts: [account()],
      platforms: manyPlatforms(),
      operations: manyOperations(),
      connectors: [],
      tools: [],
      runs: [],
      wallet: [],
      allowedPrograms: [],
      authorizations: [],
      questions: [],
      vault: vault(),
      needs: [],
      toolChanges: [],
      ...state,
    };
    this.handlers = this.usual();
  }

  /** Installs this host behind the bindings. */
  install(): this {
    mockIPC((command, args) => {
      const name = command.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      const given = (args ?? {}) as Given;
      this.calls.push({ name, given });
      const handler = this.handlers[name as Name];
      if (!handler) throw problem({ code: "internal", message: `no command ${command}` });
      return handler(given);
    });
    return this;
  }

  async emit(event: HostEvent): Promise<void> {
    await Promise.resolve();
    this.events?.onmessage(event);
  }

  /** Changes an authorization and emits the event. */
  async moveAuthorization(id: string, changes: Partial<Authorization>): Promise<void> {
    const authorization = this.put("authorizations", { ...this.authorizationOf(id), ...changes });
    await this.emit({ kind: "authorization_changed", authorization });
  }

  /** Sends the sync result of an account on the channel of `syncConnectors`. */
  answerSync(each: unknown, synced: AccountSynced): void {
    (each as Channel<AccountSynced>).onmessage(synced);
  }

  /** Makes a command fail. */
  fail(name: Name, given?: Partial<Problem>): void {
    this.handlers[name] = () => {
      throw problem(given);
    };
  }

  /** Sets how accounts respond to a sync: with a problem, or successfully (`null`). */
  respondToSync(outcomes: Record<AccountId, Problem | null>): void {
    this.handlers.syncConnectors = ({ each }) => {
      for (const [account, problem] of Object.entries(outcomes))
        this.answerSync(each, { account, connectors: problem ? null : 1, problem });
      return null;
    };
  }

  lastCall(name: Name): Given | undefined {
    return this.calls.findLast((call) => call.name === name)?.given;
  }

  private rotationOf(id: unknown): Rotation {
    const used = found(this.state.wallet.find((one) => one.id === id));
    return {
      entry: used,
      targets: this.targets.get(used.id) ?? targetsOf(used),
      canGoBack: this.rotated.has(used.id),
      isRolledBack: this.rolledBack.has(used.id),
    };
  }

  /** Leaves a rotation that every target but those in `refuses` has accepted. */
  leaveHalfRotated(id: string): void {
    this.push(id);
  }

  /** Sends a new secret to all targets and reports each; those in `refuses` keep the old one. */
  private push(id: unknown, each?: unknown): Rotation {
    const { targets, entry: used } = this.rotationOf(id);
    const pushed = targets.map((target) =>
      target.holder === null ? target : { ...target, problem: this.refuses.get(target.title) ?? null },
    );
    for (const target of pushed)
      if (each && target.holder !== null) (each as Channel<RotationTarget>).onmessage(target);
    this.targets.set(used.id, pushed);
    this.rotated.add(used.id);
    return this.rotationOf(id);
  }

  private connectorOf(id: unknown): Connector {
    return found(this.state.connectors.find((one) => one.id === id));
  }

  /** The connector with what the host derives from its status and its changed tools. */
  private shown(one: Connector): Connector {
    const changedTools = this.state.toolChanges.filter(({ connector: id }) => id === one.id).length;
    const shown = changedTools > 0 ? { ...one, changedTools, nextAction: one.nextAction ?? "review" } : one;
    return { ...shown, needsAttention: needsAttention(shown) };
  }

  private authorizationOf(id: unknown): Authorization {
    return found(this.state.authorizations.find((one) => one.id === id));
  }

  private runOf(id: unknown): ToolRun {
    return found(this.state.runs.find((one) => one.id === id));
  }

  private history(): History {
    return history({ retention: this.retention, runs: this.state.runs.length, due: this.due });
  }

  /** Adds a connector of this computer that was not checked yet. */
  private add(
    name: string | null | undefined,
    title: string | null | undefined,
    usual: string,
    given: Partial<Connector>,
  ) {
    return this.put(
      "connectors",
      connector({
        id: `con_${name ?? usual}`,
        name: name ?? usual,
        title: title ?? usual,
        draft: true,
        toolCount: null,
        status: statusOf("unknown"),
        ...given,
      }),
    );
  }

  private accountOf(id: unknown): Account {
    return found(this.state.accounts.find((one) => one.id === id));
  }

  private changeAccount(id: unknown, changes: Partial<Account>): Account {
    return this.put("accounts", { ...this.accountOf(id), ...changes });
  }

  /** Replaces what has the same id, or adds it. */
  private put<K extends Listed>(name: K, changed: HostState[K][number]): HostState[K][number] {
    const list: { id: string }[] = this.state[name];
    const at = list.findIndex((one) => one.id === changed.id);
    this.state[name] = (at < 0 ? [...list, changed] : list.with(at, changed)) as HostState[K];
    return changed;
  }

  private remove<K extends Listed>(name: K, id: unknown): null {
    const list: { id: string }[] = this.state[name];
    this.state[name] = list.filter((one) => one.id !== id) as HostState[K];
    return null;
  }

  /** The connector after a check. */
  private looked(id: unknown): Connector {
    const before = this.connectorOf(id);
    return this.put("connectors", { ...before, status: { ...before.status, checkedAt: new Date().toISOString() } });
  }

  private usual(): Handlers {
    const { state } = this;
    return {
      ...creationHandlers(state, (created) => this.put("connectors", created)),
      addAccount: ({ request }) => {
        const { platform, label, settings } = request as AddAccount;
        const title = state.platforms.find((one) => one.platform === platform)?.title ?? platform;
        return this.put("accounts", account({ id: `acc_${platform}_new`, platform, label: label ?? title, settings }));
      },
      callOperation: () => ({ status: 200, headers: {}, data: { items: [] } }),
      deleteConnector: ({ connector: id, confirmed }) => {
        if (!confirmed)
          throw problem({ code: "confirmation_needed", message: "it cannot be brought back", retryable: false });
        return this.remove("connectors", id);
      },
      acceptTools: ({ connector: id }) => {
        state.toolChanges = state.toolChanges.filter((one) => one.connector !== id);
        return null;
      },
      backgroundChecks: () => this.looksAfter,
      switchBackgroundChecks: ({ on }) => {
        this.looksAfter = on as boolean;
        return null;
      },
      listNeeds: () => [...needsOf(state.accounts, state.connectors), ...state.needs],
      listToolChanges: ({ connector: id }) => state.toolChanges.filter((one) => one.connector === id),
      listAccounts: () => state.accounts,
      listOperations: () => state.operations,
      listPlatforms: () => state.platforms,
      removeAccount: ({ account: id }) => {
        state.connectors = state.connectors.filter((one) => one.account !== id);
        return this.remove("accounts", id);
      },
      renameAccount: ({ account: id, label }) => this.changeAccount(id, { label: label as string }),
      replaceAccountSecrets: ({ account: id }) => this.changeAccount(id, { isSignedOut: false }),
      changeAccountSettings: ({ account: id, settings }) => this.changeAccount(id, { settings }),
      colourAccount: ({ account: id, colour }) => this.changeAccount(id, { colour: colour as Account["colour"] }),
      signOutAccount: ({ account: id }) => this.changeAccount(id, { isSignedOut: true, entries: [] }),
      tryAccountSettings: () => null,
      syncConnectors: ({ each }) => {
        for (const { id, platform } of state.accounts) {
          if (platform !== "local")
            this.answerSync(each, {
              account: id,
              connectors: state.connectors.filter((one) => one.account === id).length,
              problem: null,
            });
        }
        return null;
      },
      testAccount: ({ account: id }) => this.accountOf(id),
      about: () => state.about,
      copyText: () => null,
      doubleClickTitleBar: () => null,
      dragWindow: () => null,
      checkForUpdate: () => null,
      installUpdate: () => null,
      subscribeToEvents: ({ events }) => {
        this.events = events as Channel<HostEvent>;
        return null;
      },
      takeDroppedBundle: () => null,
      takeOfferedLink: () => null,
      takeRefusedLink: () => null,
      loadPreferences: () => state.preferences,
      savePreferences: ({ preferences }) => {
        state.preferences = preferences as Preferences;
        return null;
      },
      consentForm: () => null,
      cancelAuthorization: async ({ authorization: id }) => {
        await this.moveAuthorization(id as string, { state: "cancelled" });
        return null;
      },
      extendAuthorization: ({ authorization: id }) => {
        const before = this.authorizationOf(id);
        const deadlineAt = new Date(new Date(before.deadlineAt).getTime() + 300_000).toISOString();
        return this.put("authorizations", { ...before, deadlineAt });
      },
      findAuthorization: ({ authorization: id }) => this.authorizationOf(id),
      finishAuthorization: async ({ authorization: id }) => {
        await this.moveAuthorization(id as string, { state: "exchanging" });
        return null;
      },
      listAuthorizations: () => state.authorizations,
      listQuestions: () => state.questions,
      openQuestionPage: () => null,
      answerQuestion: async ({ question: id }) => {
        this.remove("questions", id);
        await this.emit({ kind: "questions_changed" });
        return null;
      },
      openAuthorizationPage: () => null,
      copyAuthorizationPage: () => null,
      startAuthorization: ({ request }) => {
        const of = this.connectorOf((request as StartAuthorization).connector);
        const earlier = state.authorizations.filter((one) => one.connector === of.id).length;
        const started = authorization({
          id: earlier === 0 ? `aut_${of.id}` : `aut_${of.id}_${earlier + 1}`,
          connector: of.id,
          connectorTitle: of.title,
          identity: of.identity,
          startedAt: new Date().toISOString(),
          deadlineAt: new Date(Date.now() + 300_000).toISOString(),
        });
        state.authorizations = [started, ...state.authorizations];
        return started;
      },
      addConnector: ({ request }) => {
        const { url, name, title } = request as AddConnector;
        return this.add(name ?? title?.toLowerCase(), title, new URL(url).host, { endpoint: url });
      },
      addProgram: ({ request }) => {
        const { command, name, title } = request as AddProgram;
        return this.add(name, title, command.program, { endpoint: null, command });
      },
      readPasted: ({ text }) => readPasted(text as string),
      checkConnector: ({ connector: id }): Check => check(this.connectorOf(id)),
      cancelCheck: () => null,
      checkConnectors: () => null,
      checkReport: () => "Patchbay 1.2.3\n",
      disconnectConnector: ({ connector: id }) => {
        const before = this.connectorOf(id);
        return {
          connector: this.put("connectors", {
            ...before,
            status: { ...before.status, status: "disconnected", reason: "you disconnected it" },
            nextAction: "connect",
          }),
          revoked: true,
          note: null,
        };
      },
      findConnector: ({ connector: id }) => this.shown(this.connectorOf(id)),
      firstConnectors: (): FirstConnectors => ({
        connectors: state.connectors.slice(0, 100).map((one) => this.shown(one)),
        total: state.connectors.length,
      }),
      cancelInspection: () => null,
      inspectAddress: ({ address }): AddressInspection => inspection(address as string),
      listDeviations: () => [],
      listConnectors: () => state.connectors.map((one) => this.shown(one)),
      removeConnector: ({ connector: id }) => {
        this.removed.set(id as string, this.connectorOf(id));
        return this.remove("connectors", id);
      },
      restoreConnector: ({ connector: id }) => this.put("connectors", found(this.removed.get(id as string))),
      setSecretVariables: ({ connector: id, values }) => {
        const saved = entry({
          id: `wal_${id as string}`,
          name: this.connectorOf(id).title,
          kind: "variables",
          headerNames: Object.keys(values as object),
        });
        this.put("wallet", saved);
        const authentication = { kind: "variables" as const, entry: saved.id };
        return this.put("connectors", { ...this.connectorOf(id), authentication });
      },
      updateConnector: ({ connector: id, changes }) => {
        const before = this.connectorOf(id);
        const { enabled, url, authentication, network, ...others } = changes as ConnectorChanges;
        return this.put("connectors", {
          ...before,
          ...(Object.fromEntries(Object.entries(others).filter(([, value]) => value != null)) as Partial<Connector>),
          endpoint: url ?? before.endpoint,
          status: enabled == null ? before.status : { ...before.status, status: enabled ? "unknown" : "disabled" },
        });
      },
      addWalletEntry: ({ request }) => {
        const { name, secret } = request as AddWalletEntry;
        const added = entry({
          id: `wal_${name}`,
          name,
          kind: secret.kind === "reference" ? "bearer" : secret.kind,
          reference: secret.kind === "reference" ? secret.reference : null,
          usedBy: [],
          lastUsedAt: null,
        });
        return this.put("wallet", added);
      },
      listAllowedPrograms: () => state.allowedPrograms,
      allowProgram: ({ reference }) => {
        const [file = "", ...words] = String(reference)
          .replace(/^cmd:\/\//, "")
          .split(" ");
        const allowed = {
          id: String(reference),
          program: { name: file, file: `/usr/bin/${file}`, arguments: words },
          allowedAt: "2026-11-20T08:00:00Z",
        };
        state.allowedPrograms = [allowed, ...state.allowedPrograms];
        return allowed;
      },
      forgetProgram: ({ program }) => this.remove("allowedPrograms", program),
      listWallet: () => state.wallet,
      removeWalletEntry: ({ entry: id, confirmed }) => {
        const used = found(state.wallet.find((one) => one.id === id)).usedBy.length > 0;
        if (used && !confirmed)
          throw problem({ code: "confirmation_needed", message: "it is in use", retryable: false });
        return this.remove("wallet", id);
      },
      renameWalletEntry: ({ entry: id, name }) => this.changeEntry(id, { name: name as string }),
      planRotation: ({ entry: id }) => this.rotationOf(id),
      rotateWalletEntry: ({ entry: id, each }) => {
        this.rolledBack.delete(id as string);
        return this.push(id, each);
      },
      retryRotation: ({ entry: id, each }) => this.push(id, each),
      rollBackRotation: ({ entry: id, each }) => {
        this.rolledBack.add(id as string);
        return this.push(id, each);
      },
      finishRotation: ({ entry: id }) => {
        this.rotated.delete(id as string);
        this.rolledBack.delete(id as string);
        return this.rotationOf(id);
      },
      namesCredentials: ({ connector: id }) => this.connectorOf(id).identity.platform === "mistral",
      nextPage: () => null,
      saveAttachment: ({ part }) => ({ path: `/home/lena/Downloads/part-${String(part)}.csv`, bytes: 412 }),
      saveContent: () => ({ path: "/home/lena/Downloads/license", bytes: 412 }),
      replaceWalletSecret: ({ entry: id }) => this.changeEntry(id, { replacedAt: new Date().toISOString() }),
      runAction: ({ request }) => ({
        answer: { message: "done" },
        connector: this.looked((request as RunAction).connector),
      }),
      changeSettings: ({ connector: id }) => this.looked(id),
      connectorDetails: () => platformDetails(),
      connectorSettings: () => connectorSettings(),
      listPlatformCredentials: () => credentialLevels(),
      makePlatformCredentialDefault: () => null,
      planSettings: ({ change }) => plannedSettings(change as ChangeSettings),
      platformCredentialForm: () => credentialForm(),
      removePlatformCredential: () => null,
      savePlatformCredential: () => null,
      cancelRun: () => null,
      dryRun: () => ({
        method: "POST",
        url: "https://api.githubcopilot.com/mcp",
        headers: [["authorization", "<redacted>"]],
        body: "{}",
        isExact: true,
        identity: connector().identity,
        effect: "read",
      }),
      compareRuns: ({ before, after }) => comparison(this.runOf(before), this.runOf(after), { ignored: this.ignored }),
      exportRun: () => ({ path: "/home/lena/Downloads/patchbay-run.jsonl", runs: 1, note: null }),
      exportRuns: ({ format }) => ({
        path: `/home/lena/Downloads/patchbay-runs.${format as string}`,
        runs: state.runs.length,
        note: null,
      }),
      openRunsFile: () => null,
      history: () => this.history(),
      ignorePaths: ({ paths }) => {
        this.ignored = paths as string[];
        return null;
      },
      keepRuns: ({ retention }) => {
        this.retention = retention as Retention;
        return this.history();
      },
      previousRun: ({ run: id }) => {
        const of = this.runOf(id);
        return state.runs.slice(state.runs.indexOf(of) + 1).find((one) => one.tool === of.tool) ?? null;
      },
      removeAllRuns: () => {
        const removed = state.runs.length;
        state.runs = [];
        return removed;
      },
      trimRuns: () => {
        const removed = this.due;
        this.due = 0;
        return removed;
      },
      findRun: ({ run: id }) => this.runOf(id),
      listRuns: ({ query }) => {
        const { before, limit } = query as RunQuery;
        const all = state.runs.filter((one) => isAsked(one, query as RunQuery));
        const start = before === null ? 0 : all.findIndex((one) => one.id === before) + 1;
        const runs = all.slice(start, start + (limit || 50));
        return {
          runs,
          next: start + runs.length < all.length ? (runs.at(-1)?.id ?? null) : null,
          total: all.length,
          hasMoreThanTotal: false,
        };
      },
      removeRun: ({ run: id }) => this.remove("runs", id),
      labelRun: ({ run: id, label }) => this.put("runs", { ...this.runOf(id), label: label as RunLabel }),
      replayRun: () => run({ id: "run_again" }),
      runTool: ({ request }) => {
        const { connector: id, tool: name, confirmed } = request as RunTool;
        const known = state.tools.find((one) => one.connector === id && one.tool.name === name);
        if (known?.tool.effect === "destructive" && !confirmed)
          throw problem({ code: "confirmation_needed", message: `${name} needs confirmation` });
        return run({ id: "run_new" });
      },
      complete: () => [],
      fillPrompt: () => ({ description: null, messages: [] }),
      listPrompts: () => [],
      loadIcon: () => null,
      readServerLog: () => [],
      listSessions: () => [],
      findProgram: ({ program }) => `/usr/bin/${String(program)}`,
      listResources: () => [],
      readResource: () => [],
      watchResource: () => null,
      endWatch: () => null,
      findTool: ({ connector: id, tool: name }) => {
        const found = state.tools.find((one) => one.connector === id && one.tool.name === name);
        if (!found) throw problem({ code: "not_found" });
        return found.tool;
      },
      listTools: ({ connector: id }) =>
        state.tools
          .filter((one) => id === null || one.connector === id)
          .map(({ connector, tool }) => summary(connector, tool)),
      refreshTools: () => null,
      choosePassphrase: () => this.setVault({ backend: "passphrase", state: "ready", problem: null }),
      probeVault: () => state.vault,
      acceptOlderSecrets: ({ confirmed }) => {
        if (!confirmed)
          throw problem({ code: "confirmation_needed", message: "Accepting the older vault needs confirmation" });
        return this.setVault({ ...state.vault, state: "ready", problem: null });
      },
      saveUnsavedSecrets: () => null,
      setVaultAside: ({ confirmed }) => {
        if (!confirmed)
          throw problem({
            code: "confirmation_needed",
            message: "you'll enter every saved credential again",
            hint: "Confirm to reset the vault.",
          });
        return this.setVault({ backend: null, state: "empty", problem: null });
      },
      unlockVault: ({ passphrase }) => {
        if (passphrase !== "correct horse")
          throw problem({ code: "vault.passphrase", message: "wrong passphrase", hint: "Enter it again." });
        return this.setVault({ ...state.vault, state: "ready", problem: null });
      },
      useKeychain: () => this.setVault({ backend: "keychain", state: "ready", problem: null }),
      vaultStatus: () => state.vault,
    };
  }

  private setVault(status: VaultStatus): VaultStatus {
    this.state.vault = status;
    return status;
  }

  private changeEntry(id: unknown, changes: Partial<WalletEntry>): WalletEntry {
    return this.put("wallet", { ...found(this.state.wallet.find((one) => one.id === id)), ...changes });
  }
}

/** The default result of inspecting an address: a server that needs a sign-in. */
export function inspection(url: string, given: Partial<AddressInspection> = {}): AddressInspection {
  return {
    url,
    host: new URL(url).host,
    transport: "streamable_http",
    needsAuthorization: true,
    methods: ["oauth", "bearer"],
    issuer: "https://auth.example.com",
    scopes: ["read", "write"],
    registersItself: true,
    plainHttp: false,
    hasSecretQuery: false,
    redirectUri: "http://127.0.0.1:27218/callback",
    server: null,
    toolCount: null,
    name: "example",
    title: "Example",
    already: [],
    warning: null,
    problem: null,
    ...given,
  };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw notFound;
  return value;
}

const notFound: Problem = problem({
  code: "not_found",
  message: "it is no longer there",
  hint: null,
  retryable: false,
});

/** The top-level differences between settings, without concurrent changes. */
function plannedSettings({ base, values, secrets }: ChangeSettings): SettingsPlan {
  const [before, after] = [base, values] as [Record<string, unknown>, Record<string, unknown>];
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return {
    changes: names.map((name) => ({ path: `/${name}`, before: before[name] ?? null, after: after[name] ?? null })),
    secrets: Object.keys(secrets),
    changedElsewhere: [],
  };
}

/** The local connectors that use an entry. */
function targetsOf(entry: WalletEntry): RotationTarget[] {
  return entry.usedBy.map((user) => ({
    title: user.title,
    account: "This computer",
    connector: user.connector,
    accountId: null,
    holder: null,
    problem: null,
  }));
}
