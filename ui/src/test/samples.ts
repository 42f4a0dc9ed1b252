import {
  type About,
  type Account,
  type Authorization,
  type Check,
  type Connector,
  type ConnectorId,
  type Exchange,
  type IdentityLine,
  type NextAction,
  type OperationInfo,
  type Platform,
  type PlatformField,
  type PlatformForm,
  platforms,
  type Problem,
  type Status,
  type Tool,
  type ToolRun,
  type ToolSummary,
  type VaultStatus,
  type WalletEntry,
} from "@/host/bindings";

const minute = 60_000;

/** A time so many minutes before now; negative for the future. */
export function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * minute).toISOString();
}

/** An identity on this computer, changed by what is given. */
export function identity(credential: string | null, given: Partial<IdentityLine> = {}): IdentityLine {
  return { platform: "local", account: "This computer", credential, level: "user", expiresAt: null, ...given };
}

/** The status of a connector about which nothing is known, changed by what is given. */
export function statusOf(status: Status, given: Partial<Connector["status"]> = {}): Connector["status"] {
  return { status, word: null, reason: null, code: null, checkedAt: null, lastOkAt: null, ...given };
}

/** A failure with whatever is not given left out. */
export function problem(given: Partial<Problem> = {}): Problem {
  return {
    code: "network.unreachable",
    message: "couldn't connect to mcp.example.com",
    hint: "Check the network or the address.",
    detail: null,
    status: null,
    requestId: null,
    fields: [],
    retryable: true,
    ...given,
  };
}

/** "This computer", changed by what is given. */
export function account(given: Partial<Account> = {}): Account {
  return {
    id: "local",
    platform: "local",
    label: "This computer",
    baseUrl: null,
    settings: {},
    createdAt: minutesAgo(60 * 24 * 90),
    ...given,
  };
}

/** "This computer" and an account or two of every platform. */
export function manyAccounts(): Account[] {
  return [
    account(),
    account({
      id: "acc_mistral",
      platform: "mistral",
      label: "Mistral · Northlight",
      colour: "teal",
      settings: { region: "eu" },
    }),
    account({ id: "acc_mistral_own", platform: "mistral", label: "Mistral · personal" }),
    account({ id: "acc_cohere", platform: "cohere", label: "Cohere · Northlight" }),
    account({
      id: "acc_agentstack",
      platform: "agentstack",
      label: "Agent Stack · staging",
      baseUrl: "https://agents.northlight.example",
      settings: { base_url: "https://agents.northlight.example", auth: "bearer" },
    }),
    account({
      id: "acc_airbyte",
      platform: "airbyte",
      label: "Airbyte · Growth",
      settings: { workspace_name: "growth" },
    }),
    account({
      id: "acc_tenex",
      platform: "tenex",
      label: "10ex · Lena",
      settings: { routes: { list: { method: "GET", path: "/connectors" } } },
    }),
  ];
}

function field(name: string, title: string, help: string, given: Partial<PlatformField> = {}): PlatformField {
  return {
    name,
    title,
    help,
    isSecret: false,
    isRequired: false,
    unless: null,
    signInMethod: null,
    isAdvanced: false,
    variable: null,
    choices: [],
    form: null,
    ...given,
  };
}

/** The form of 10ex's assumed routes, two of them. */
function routesForm(): PlatformField["form"] {
  const route = (title: string) => ({
    type: "object",
    title,
    additionalProperties: false,
    properties: {
      method: { type: "string", title: "Method", enum: ["GET", "POST", "DELETE"] },
      path: { type: "string", title: "Path", pattern: "^/" },
    },
  });
  return {
    schema: { type: "object", additionalProperties: false, properties: { list: route("List"), get: route("Get") } },
    values: {},
    kept: [],
  };
}

/** The forms of the five platforms; the key of Mistral lies in the environment. */
export function manyPlatforms(): PlatformForm[] {
  const key = { isSecret: true, isRequired: true };
  const form = (platform: Platform, ...fields: PlatformField[]): PlatformForm => ({
    platform,
    title: platforms[platform].title,
    isAssumed: platform === "tenex",
    fields,
  });
  return [
    form(
      "mistral",
      field("api_key", "API key", "A key of your workspace, from console.mistral.ai", {
        ...key,
        variable: "MISTRAL_API_KEY",
      }),
      field("region", "Region", "`global` unless given, `eu` or `us`", {
        choices: ["global", "eu", "us"],
        isAdvanced: true,
      }),
      field("base_url", "Base URL", "Only for a custom address", { isAdvanced: true }),
    ),
    form(
      "cohere",
      field("api_key", "API key", "From the Cohere dashboard", key),
      field("base_url", "Base URL", "Only for a private deployment", { isAdvanced: true }),
      field("client_name", "Client name", "Project name sent with each request", { isAdvanced: true }),
    ),
    form(
      "agentstack",
      field("base_url", "Base URL", "`http://127.0.0.1:8333` unless given"),
      field("auth", "Authentication", "`none` unless given, `bearer` or `basic`", {
        choices: ["none", "bearer", "basic"],
        isAdvanced: true,
      }),
      field("allow_plain_http", "Allow plain http", "Only for an http base URL", {
        choices: ["allowed"],
        isAdvanced: true,
      }),
      field("token", "Token", "An access token, for `bearer`", { isSecret: true, signInMethod: "Token" }),
      field("user", "User", "For `basic`", { signInMethod: "Password" }),
      field("password", "Password", "For `basic`", { isSecret: true, signInMethod: "Password" }),
    ),
    form(
      "airbyte",
      field("client_id", "Client ID", "From an application in your organization settings", {
        signInMethod: "Client ID",
      }),
      field("client_secret", "Client secret", "From the same application", {
        isSecret: true,
        signInMethod: "Client ID",
      }),
      field("token", "Token", "An access token", { isSecret: true, signInMethod: "Token" }),
      field("workspace_name", "Workspace", "Default: default"),
    ),
    form(
      "tenex",
      field("api_key", "API key", "A workspace key, `tnx_…`", { isSecret: true, signInMethod: "API key" }),
      field("email", "Email", "The one you sign in with", { signInMethod: "Email" }),
      field("password", "Password", "Of that email", { isSecret: true, signInMethod: "Email" }),
      field("base_url", "Base URL", "Only for a private deployment", { isAdvanced: true }),
      field("auth_prefix", "Authorization prefix", "Assumed: `Bearer` and a space.", { isAdvanced: true }),
      field("routes", "Routes and words", "What to change of the assumed routes and words: a JSON object", {
        form: routesForm(),
        isAdvanced: true,
      }),
    ),
  ];
}

/** Operations of every effect. */
export function manyOperations(): OperationInfo[] {
  const operation = (
    name: string,
    summary: string,
    effect: OperationInfo["effect"],
    section: string,
    parameters: OperationInfo["parameters"] = {
      type: "object",
      required: ["connector_id"],
      properties: { connector_id: { type: "string", description: "Id of the connector." } },
    },
  ): OperationInfo => ({
    name,
    summary,
    effect,
    needsConfirmation: effect === "destructive" || effect === "irreversible",
    source: `Mistral contract, section ${section}`,
    parameters,
  });
  return [
    operation("list", "Lists the connectors of the workspace", "read", "2, list", {
      type: "object",
      properties: { page_size: { type: "integer", minimum: 1 }, cursor: { type: "string" } },
    }),
    operation("get", "Reads one connector", "read", "2, get"),
    operation("create", "Creates a connector", "write", "2, create", {
      type: "object",
      required: ["name", "server"],
      properties: {
        name: { type: "string" },
        server: { type: "string", format: "uri" },
        visibility: { enum: ["private", "shared_workspace"] },
      },
    }),
    operation("deactivate_for_user", "Switches a connector off for you", "destructive", "5"),
    operation("share_org", "Shares a connector with the whole organization", "irreversible", "6"),
  ];
}

/** A connector of a hosted platform, changed by what is given. */
export function hostedConnector(given: Partial<Connector> = {}): Connector {
  return connector({
    id: "con_hosted",
    account: "acc_mistral",
    remoteId: "018f-77",
    name: "hubspot",
    title: "HubSpot CRM",
    endpoint: "https://mcp.hubspot.com",
    visibility: "workspace",
    status: statusOf("needs_authorization", {
      word: "is_authenticated false",
      reason: "the last list of tools was refused",
      checkedAt: minutesAgo(4),
      lastOkAt: minutesAgo(2880),
    }),
    identity: identity("Northlight ops", { platform: "mistral", account: "Mistral · Northlight", level: "workspace" }),
    authentication: { kind: "none" },
    authenticationMethods: ["oauth"],
    server: null,
    toolCount: 24,
    tags: [],
    native: { id: "018f-77", name: "hubspot", protocol: "mcp" },
    ...given,
  });
}

/** Connectors on several accounts. */
export function manyHosted(): Connector[] {
  const status = connector().status;
  const on = (
    account: string,
    platform: Connector["identity"]["platform"],
    label: string,
    credential: string | null,
    level: Connector["identity"]["level"],
  ) => ({ account, identity: identity(credential, { platform, account: label, level }) });
  return [
    hostedConnector(),
    hostedConnector({
      ...on("acc_cohere", "cohere", "Cohere · Northlight", "service key", "organization"),
      id: "con_confluence",
      title: "Confluence search",
      name: "confluence",
      endpoint: "https://search.northlight.example",
      status: { ...status, checkedAt: minutesAgo(40) },
      toolCount: 14,
    }),
    hostedConnector({
      ...on("acc_cohere", "cohere", "Cohere · Northlight", "service key", "organization"),
      id: "con_tickets",
      title: "Zendesk search",
      name: "tickets",
      endpoint: "https://zendesk.northlight.example",
      status: { ...status, status: "disabled", word: "active false", reason: "not active", checkedAt: minutesAgo(40) },
      nextAction: null,
      toolCount: 8,
    }),
    hostedConnector({
      ...on("acc_agentstack", "agentstack", "Agent Stack · staging", null, null),
      id: "con_sf",
      title: "Salesforce",
      name: "salesforce",
      endpoint: "https://mcp.salesforce.com/v1",
      status: { ...status, status: "disconnected", word: "disconnected", reason: "token revoked" },
      toolCount: null,
    }),
    hostedConnector({
      ...on("acc_airbyte", "airbyte", "Airbyte · Growth", "restricted key", "workspace"),
      id: "con_stripe_ab",
      title: "Stripe",
      name: "stripe",
      endpoint: null,
      status: { ...status, word: "complete" },
      authenticationMethods: [],
      toolCount: 31,
    }),
    hostedConnector({
      ...on("acc_tenex", "tenex", "10ex · Lena", "lena@northlight.example", "user"),
      id: "con_gmail",
      title: "Gmail",
      name: "gmail",
      endpoint: null,
      status: { ...status, word: "connected" },
    }),
  ];
}

/** What the host offers for a connector of this computer that signs in by the browser, by its status. */
const nextActions: Record<Status, NextAction | null> = {
  ready: null,
  needs_authorization: "sign_in",
  authorizing: "show",
  disconnected: "connect",
  disabled: "turn_on",
  failing: "doctor",
  unknown: "check",
};

/** Whether the host says that a connector requires the user's attention. */
export function needsAttention({ status: { status, reason }, draft, changedTools, identity }: Connector): boolean {
  if (changedTools > 0) return true;
  if (status === "disconnected") return reason !== null && platforms[identity.platform].abilities.reportsStatus;
  return ["needs_authorization", "authorizing", "failing"].includes(status) || (status === "unknown" && draft);
}

/** A connector that is well, changed by what is given. */
export function connector(given: Partial<Connector> = {}): Connector {
  const id = given.id ?? "con_github";
  return {
    id,
    account: "local",
    remoteId: null,
    name: "github",
    title: "GitHub",
    description: null,
    icon: null,
    endpoint: "https://api.githubcopilot.com/mcp",
    visibility: "private",
    status: statusOf("ready", { checkedAt: minutesAgo(1), lastOkAt: minutesAgo(1) }),
    identity: identity("lena-fischer"),
    authentication: {
      kind: "oauth",
      client: null,
      entry: "wal_github",
      callbackPort: null,
      callbackHost: null,
      redirect: "loopback",
      scopes: [],
    },
    authenticationMethods: ["oauth", "bearer", "headers"],
    server: {
      name: "github-mcp",
      version: "1.4.0",
      protocolVersion: "2026-07-28",
      transport: "streamable_http",
      instructions: "Prefer search_issues over list_issues. Ask before you delete a branch.",
    },
    toolCount: 42,
    createdAt: minutesAgo(60 * 24 * 40),
    updatedAt: minutesAgo(3),
    tags: ["work"],
    favourite: false,
    draft: false,
    native: { url: "https://api.githubcopilot.com/mcp", authentication: { kind: "oauth" } },
    changedTools: 0,
    needsAttention: false,
    nextAction: nextActions[given.status?.status ?? "ready"],
    reauthAction: "sign_in",
    ...given,
  };
}

/** Connectors in every state, as a screenshot wants them. */
export function manyConnectors(): Connector[] {
  const status = connector().status;
  return [
    connector({
      id: "con_hubspot",
      name: "hubspot",
      title: "HubSpot CRM",
      endpoint: "https://mcp.hubspot.com",
      toolCount: 24,
      status: {
        ...status,
        status: "needs_authorization",
        reason: "refresh token refused",
        code: "auth.expired",
        lastOkAt: minutesAgo(2880),
      },
      identity: identity("Northlight ops"),
    }),
    connector({
      id: "con_postgres",
      name: "postgres",
      title: "Postgres analytics",
      endpoint: "http://127.0.0.1:5433/mcp",
      toolCount: 9,
      status: {
        ...status,
        status: "failing",
        reason: "connection refused, port 5433",
        code: "network.unreachable",
        lastOkAt: minutesAgo(180),
      },
      identity: identity("analytics read-only"),
      authentication: { kind: "bearer", entry: "wal_analytics" },
    }),
    connector({
      id: "con_notion",
      name: "notion",
      title: "Notion",
      endpoint: "https://mcp.notion.com/mcp",
      toolCount: 14,
      status: { ...status, status: "authorizing", reason: "waiting for your browser", lastOkAt: null },
      identity: identity("lena@northlight.example"),
    }),
    connector(),
    connector({
      id: "con_github_bot",
      name: "github-bot",
      title: "GitHub",
      toolCount: 38,
      identity: identity("northlight-bot"),
      status: { ...status, lastOkAt: minutesAgo(4) },
    }),
    connector({
      id: "con_linear",
      name: "linear",
      title: "Linear",
      endpoint: "https://mcp.linear.app/mcp",
      toolCount: 23,
      favourite: true,
      identity: identity("lena@northlight.example", { expiresAt: minutesAgo(-58) }),
    }),
    connector({
      id: "con_stripe",
      name: "stripe",
      title: "Stripe",
      endpoint: "https://mcp.stripe.com",
      toolCount: 31,
      status: { ...status, lastOkAt: minutesAgo(6) },
      identity: identity("restricted key"),
      authentication: { kind: "bearer", entry: "wal_stripe" },
    }),
    connector({
      id: "con_sentry",
      name: "sentry",
      title: "Sentry",
      endpoint: "https://mcp.sentry.dev/mcp",
      toolCount: null,
      draft: true,
      status: statusOf("unknown", { word: "Signed in, tools not loaded", checkedAt: minutesAgo(0.2) }),
      identity: identity("lena"),
    }),
    connector({
      id: "con_zendesk",
      name: "zendesk",
      title: "Zendesk tickets",
      endpoint: "https://zendesk.northlight.example/mcp",
      toolCount: 8,
      status: { ...status, status: "disabled", reason: "turned off by you" },
      identity: identity("service key"),
    }),
    connector({
      id: "con_salesforce",
      name: "salesforce",
      title: "Salesforce",
      endpoint: "https://mcp.salesforce.com/v1",
      toolCount: null,
      status: { ...status, status: "disconnected", reason: "you disconnected it", lastOkAt: minutesAgo(8640) },
      identity: identity(null, { level: null }),
    }),
  ];
}

/** A wallet entry, changed by what is given. */
export function entry(given: Partial<WalletEntry> = {}): WalletEntry {
  return {
    id: "wal_stripe",
    name: "Stripe restricted key",
    kind: "bearer",
    reference: null,
    headerNames: [],
    issuer: null,
    resource: null,
    scopes: [],
    expiresAt: null,
    renews: false,
    needsAuthorization: false,
    createdAt: minutesAgo(60 * 24 * 212),
    replacedAt: minutesAgo(60 * 24 * 212),
    lastUsedAt: minutesAgo(6),
    usedBy: [{ connector: "con_stripe", title: "Stripe" }],
    ...given,
  };
}

/** A wallet with an entry of each kind. */
export function manyEntries(): WalletEntry[] {
  return [
    entry(),
    entry({
      id: "wal_github",
      name: "GitHub lena-fischer",
      kind: "oauth",
      issuer: "https://github.com/login/oauth",
      resource: "https://api.githubcopilot.com/mcp",
      scopes: ["repo", "read:org", "workflow"],
      renews: true,
      expiresAt: minutesAgo(-300),
      lastUsedAt: minutesAgo(1),
      usedBy: [{ connector: "con_github", title: "GitHub" }],
    }),
    entry({
      id: "wal_analytics",
      name: "analytics read-only",
      reference: "env://ANALYTICS_TOKEN",
      lastUsedAt: minutesAgo(180),
      usedBy: [{ connector: "con_postgres", title: "Postgres analytics" }],
    }),
    entry({
      id: "wal_hubspot",
      name: "Northlight ops",
      kind: "oauth",
      issuer: "https://app.hubspot.com",
      needsAuthorization: true,
      expiresAt: minutesAgo(60),
      lastUsedAt: minutesAgo(2880),
      usedBy: [{ connector: "con_hubspot", title: "HubSpot CRM" }],
    }),
    entry({
      id: "wal_headers",
      name: "Zendesk service key",
      kind: "headers",
      headerNames: ["X-Api-Key", "X-Tenant"],
      usedBy: [{ connector: "con_zendesk", title: "Zendesk tickets" }],
      lastUsedAt: null,
    }),
    entry({ id: "wal_app", name: "Salesforce app", kind: "oauth_client", usedBy: [], lastUsedAt: null }),
  ];
}

/** A tool, changed by what is given. */
export function tool(given: Partial<Tool> = {}): Tool {
  return {
    name: "search_issues",
    title: null,
    description: "Finds issues by words and filters.",
    inputSchema: {
      type: "object",
      required: ["query"],
      properties: {
        query: { type: "string", description: "Words to look for." },
        limit: { type: "integer", minimum: 1 },
      },
    },
    outputSchema: null,
    effect: "read",
    idempotent: true,
    openWorld: true,
    ...given,
  };
}

/** The summary of a tool, as lists show it. */
export function summary(connector: ConnectorId, { name, title, description, effect }: Tool): ToolSummary {
  return { connector, name, title, description, effect };
}

/** A tool and the connector that offers it, as the mock host keeps them. */
export type ConnectorTool = { connector: ConnectorId; tool: Tool };

export function manyTools(): ConnectorTool[] {
  const named = (connectorId: string, names: string[], effect: Tool["effect"]) =>
    names.map((name) => ({ connector: connectorId, tool: tool({ name, effect }) }));
  return [
    ...named("con_github", ["get_file_contents", "get_issue", "list_commits", "search_code", "search_issues"], "read"),
    ...named("con_github", ["add_issue_comment", "create_issue", "create_pull_request", "update_issue"], "write"),
    ...named("con_github", ["delete_branch", "delete_file", "merge_pull_request"], "destructive"),
    ...named("con_stripe", ["list_customers", "get_invoice"], "read"),
  ];
}

/** What was on the wire of a call of an MCP server. */
export function exchange(body = '{"jsonrpc":"2.0","result":{ "total":12.0 }}'): Exchange {
  return {
    request: {
      method: "POST",
      url: "https://api.githubcopilot.com/mcp",
      headers: [
        ["authorization", "<redacted>"],
        ["accept", "application/json, text/event-stream"],
      ],
      body: '{"jsonrpc":"2.0","method":"tools/call"}',
    },
    response: {
      status: 200,
      headers: [
        ["content-type", "application/json"],
        ["x-empty", ""],
      ],
      body,
      tookMs: 84,
    },
  };
}

/** A finished run, changed by what is given. */
export function run(given: Partial<ToolRun> = {}): ToolRun {
  return {
    id: "run_1",
    connector: "con_github",
    connectorTitle: "GitHub",
    tool: "search_issues",
    identity: connector().identity,
    origin: { kind: "window" },
    state: "done",
    startedAt: minutesAgo(1),
    durationMs: 384,
    resultBytes: 1800,
    problem: null,
    arguments: { query: "relay", limit: 10 },
    result: { content: [{ kind: "text", text: "Found **3** issues" }], structured: { total: 3 }, isError: false },
    exchange: exchange(),
    timings: { prepareMs: 2, waitMs: 374, readMs: 8, connectionReused: true },
    replayOf: null,
    ...given,
  };
}

/** A run that has not ended, changed by what is given. */
export function runningRun(given: Partial<ToolRun> = {}): ToolRun {
  return run({
    state: "running",
    durationMs: null,
    resultBytes: null,
    result: null,
    exchange: null,
    timings: null,
    ...given,
  });
}

/** Runs in every state. */
export function manyRuns(): ToolRun[] {
  return [
    run(),
    run({
      id: "run_2",
      connector: "con_stripe",
      connectorTitle: "Stripe",
      tool: "list_customers",
      identity: identity("restricted key"),
      origin: { kind: "client", name: "Claude Desktop" },
      startedAt: minutesAgo(6),
      durationMs: 1210,
    }),
    run({
      id: "run_3",
      connector: "con_hubspot",
      connectorTitle: "HubSpot CRM",
      tool: "create_contact",
      identity: identity("Northlight ops"),
      state: "failed",
      startedAt: minutesAgo(120),
      durationMs: 240,
      problem: problem({ code: "auth.expired", message: "the sign-in lapsed" }),
      result: null,
    }),
    run({
      id: "run_4",
      connector: "con_postgres",
      connectorTitle: "Postgres analytics",
      tool: "query",
      origin: { kind: "command_line" },
      startedAt: minutesAgo(180),
      durationMs: 52,
    }),
    run({
      id: "run_5",
      tool: "delete_branch",
      origin: { kind: "client", name: "Cursor" },
      state: "denied",
      startedAt: minutesAgo(240),
      durationMs: null,
      result: null,
    }),
  ];
}

/** A consent that waits for the browser, changed by what is given. */
export function authorization(given: Partial<Authorization> = {}): Authorization {
  const startedAt = minutesAgo(0.8);
  const step = (
    method: string,
    target: string,
    status: number | null,
    durationMs: number | null,
    note: string | null = null,
  ) => ({ at: startedAt, method, target, note, status, durationMs });
  return {
    id: "aut_notion",
    connector: "con_notion",
    connectorTitle: "Notion",
    identity: identity("lena@northlight.example"),
    state: "awaiting_user",
    startedAt,
    deadlineAt: minutesAgo(-4.2),
    pageHost: "api.notion.com",
    redirect: "loopback",
    scopes: ["read"],
    trace: [
      step("GET", "mcp.notion.com/.well-known/oauth-protected-resource", 200, 84),
      step("GET", "api.notion.com/.well-known/oauth-authorization-server", 200, 112),
      step("POST", "api.notion.com/register", 201, 312, "redirect 127.0.0.1:7718/callback"),
      { ...step("open", "api.notion.com/v1/oauth/authorize", null, null, "scope read"), at: minutesAgo(0.79) },
    ],
    problem: null,
    ...given,
  };
}

/** What the doctor found: all well, or failing at a step. */
export function check(of: Connector, failing?: { step: string; problem: Problem }): Check {
  const names = ["name", "connect", "tls", "discovery", "sign_in", "negotiation", "tools"];
  const notes: Record<string, string> = {
    name: "4 addresses",
    connect: "port 443",
    tls: "trusted",
    discovery: "OAuth 2.1",
    sign_in: "accepted",
    negotiation: "2026-07-28",
    tools: "42 tools",
  };
  const stop = failing ? names.indexOf(failing.step) : names.length;
  return {
    connector: of,
    steps: names.map((name, index) => ({
      name,
      state: index < stop ? "passed" : index === stop ? "failed" : "skipped",
      note: index < stop ? (notes[name] ?? null) : null,
      problem: index === stop ? (failing?.problem ?? null) : null,
      durationMs: index <= stop ? 12 + index * 31 : null,
    })),
  };
}

/** What the host says about itself, changed by what is given. */
export function about(given: Partial<About> = {}): About {
  return {
    version: "0.1.0",
    dataFolder: "/home/lena/.local/share/patchbay",
    mac: false,
    playgroundUrl: null,
    redirectUri: "http://127.0.0.1:27218/callback",
    updates: false,
    ...given,
  };
}

/** A vault that is open, changed by what is given. */
export function vault(given: Partial<VaultStatus> = {}): VaultStatus {
  return { backend: "keychain", state: "ready", problem: null, ...given };
}
