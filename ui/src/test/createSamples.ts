import {
  type CatalogueEntry,
  type Connector,
  type CreateConnector,
  type Definition,
  type Form,
  type Platform,
  type ProviderSignIn,
} from "@/host/bindings";
import { type Handlers, type HostState } from "./mockHost";
import { authorization, connector, hostedConnector, identity, minutesAgo, problem } from "./samples";

function definition(id: string, title: string, given: Partial<Definition> = {}): Definition {
  return {
    id,
    title,
    description: null,
    category: null,
    endpoint: null,
    endpointField: null,
    hasConsent: null,
    ...given,
  };
}

/** What can be created on each kind of account. */
const definitions: Partial<Record<Platform, Definition[]>> = {
  mistral: [
    definition("mcp", "MCP server", {
      description: "Any MCP server that the platform can reach",
      endpointField: "/server",
    }),
    definition("http", "HTTP service", { description: "Operations of one's own over HTTP", endpointField: "/server" }),
  ],
  cohere: [definition("search", "Search service", { description: "A search URL of one's own", endpointField: "/url" })],
  agentstack: [
    definition("salesforce", "Salesforce", {
      description: "Leads, accounts and reports",
      category: "crm",
      endpoint: "https://mcp.salesforce.com/v1",
      hasConsent: true,
    }),
    definition("gmail", "Gmail", {
      description: "Mail of a Google account",
      category: "email",
      endpoint: "https://gmail.mcp.example.com",
      hasConsent: true,
    }),
    definition("custom", "Address of one's own", { endpointField: "/url" }),
  ],
  airbyte: [
    definition("hubspot", "HubSpot", {
      category: "crm",
      description: "Contacts, companies and deals",
      hasConsent: false,
    }),
    ...Array.from({ length: 120 }, (_, index) =>
      definition(`source-${index}`, `Source ${String(index).padStart(3, "0")}`, { category: "api" }),
    ),
  ],
  tenex: [
    definition("gmail", "Gmail", { category: "google", hasConsent: true }),
    definition("slack", "Slack", { category: "chat", hasConsent: true }),
  ],
};

const text = { type: "string" };

/** The form of an MCP server on Mistral, as it draws it: alternatives, a secret, folded fields. */
function mcpForm(values: Record<string, unknown> = {}): Form {
  return {
    schema: {
      type: "object",
      required: ["name", "server", "authentication"],
      properties: {
        name: { ...text, title: "Name", pattern: "^[a-z_]+$", description: "Small letters and underscores." },
        server: { ...text, title: "Address", format: "uri" },
        authentication: {
          title: "Sign-in",
          oneOf: [
            { title: "None", type: "object", required: ["kind"], properties: { kind: { const: "none" } } },
            {
              title: "Token",
              type: "object",
              required: ["kind", "token"],
              properties: { kind: { const: "token" }, token: { ...text, title: "Token", writeOnly: true } },
            },
          ],
        },
        description: { ...text, title: "Description", "x-advanced": true },
      },
    },
    values: { authentication: { kind: "none" }, ...values },
    kept: [],
  };
}

/** Airbyte's form of HubSpot: a token that a person's own OAuth app obtains. */
function airbyteForm(): Form {
  return {
    schema: {
      type: "object",
      required: ["name", "credentials"],
      properties: {
        name: { ...text, title: "Name" },
        credentials: {
          title: "Credentials",
          oneOf: [
            {
              title: "Private app",
              type: "object",
              required: ["auth_type", "access_token"],
              properties: {
                auth_type: { const: "private" },
                access_token: { ...text, title: "Access token", writeOnly: true },
              },
            },
            {
              title: "OAuth",
              type: "object",
              required: ["auth_type", "client_id", "client_secret", "refresh_token"],
              properties: {
                auth_type: { const: "oauth" },
                client_id: { ...text, title: "Client id" },
                client_secret: { ...text, title: "Client secret", writeOnly: true },
                refresh_token: { ...text, title: "Refresh token", writeOnly: true },
              },
            },
          ],
        },
      },
    },
    values: {},
    kept: [],
  };
}

/** How Airbyte's form of HubSpot is filled by a sign-in. */
const hubspotSignIn: ProviderSignIn = {
  authorizeUrl: "https://app.hubspot.com/oauth/authorize",
  tokenUrl: null,
  scopes: ["crm.objects.contacts.read"],
  values: { credentials: { auth_type: "oauth" } },
  clientIdField: "/credentials/client_id",
  clientSecretField: "/credentials/client_secret",
};

function entry(given: Partial<CatalogueEntry> & Pick<CatalogueEntry, "id" | "title" | "reach">): CatalogueEntry {
  return {
    description: null,
    category: null,
    authentication: [],
    note: null,
    source: `https://github.com/example/${given.id}`,
    sourceDate: "2026-07-08",
    verified: false,
    ...given,
  };
}

/** A few servers of the bundled list. */
function knownServers(): CatalogueEntry[] {
  const at = (url: string) => ({ kind: "address" as const, url, transport: "streamable_http" as const });
  return [
    entry({
      id: "exa",
      title: "Exa",
      description: "Searches the web and reads what it finds.",
      category: "Web",
      reach: at("https://mcp.exa.ai/mcp"),
      authentication: ["none", "oauth", "bearer"],
      note: "Works without a sign-in, with fewer requests.",
    }),
    entry({
      id: "filesystem",
      title: "Filesystem",
      description: "Reads and writes files in the folders that it is given.",
      category: "This computer",
      reach: {
        kind: "command",
        words: ["npx", "-y", "@modelcontextprotocol/server-filesystem", "<folder>"],
        variables: [{ name: "FILES_TOKEN", description: "A token", isSecret: true, isRequired: true }],
      },
    }),
    entry({
      id: "hubspot",
      title: "HubSpot",
      description: "Contacts, companies, deals and tickets.",
      category: "Customers",
      reach: at("https://app.hubspot.com/mcp/v1/http"),
      authentication: ["bearer"],
    }),
    entry({
      id: "linear",
      title: "Linear",
      description: "Finds, creates and changes issues, projects and comments.",
      category: "Project management",
      reach: at("https://mcp.linear.app/mcp"),
      authentication: ["oauth"],
    }),
  ];
}

/** What the host does about creating connectors, and its catalogue. */
export function creationHandlers(state: HostState, put: (connector: Connector) => Connector): Handlers {
  const account = (id: unknown) => {
    const found = state.accounts.find((one) => one.id === id);
    if (!found) throw problem({ code: "not_found", message: "there is no such account" });
    return found;
  };
  const connectorOf = (id: unknown) => state.connectors.find((one) => one.id === id);
  return {
    listDefinitions: ({ account: id }) => definitions[account(id).platform] ?? [],
    creationForm: ({ account: id }) => (account(id).platform === "airbyte" ? airbyteForm() : mcpForm()),
    createConnector: ({ request }) => {
      const { account: id, definition: kind, values } = request as CreateConnector;
      const { label, platform } = account(id);
      const name = String((values as { name?: string }).name ?? kind);
      const needs = definitions[platform]?.find((one) => one.id === kind)?.hasConsent === true;
      return put(
        hostedConnector({
          id: `con_new_${name}`,
          account: id,
          remoteId: `remote-${name}`,
          name,
          title: name,
          native: values,
          createdAt: minutesAgo(0),
          identity: identity(null, { platform, account: label, level: null }),
          status: { ...connector().status, status: needs ? "needs_authorization" : "unknown", reason: null },
        }),
      );
    },
    copyForm: ({ connector: id }) => {
      const of = connectorOf(id);
      return { definition: "mcp", form: mcpForm({ name: of?.name, server: of?.endpoint }) };
    },
    listCopyTargets: ({ connector: id }) => {
      const of = connectorOf(id);
      return state.accounts
        .filter((one) => one.id !== of?.account)
        .map(({ id: account, platform }) => ({
          account,
          obstacle: platform === "cohere" ? "Search services for Cohere chat, not MCP servers" : null,
        }));
    },
    listCopies: ({ connector: id }) => {
      const of = connectorOf(id);
      const others = state.connectors.filter(
        (one) => one.id !== id && one.endpoint !== null && one.endpoint === of?.endpoint,
      );
      return others.map((other) => ({
        connector: other,
        differences: of
          ? [
              { path: "/account", before: of.identity.account, after: other.identity.account },
              { path: "/status", before: of.status.status, after: other.status.status },
            ].filter(({ before, after }) => before !== after)
          : [],
      }));
    },
    providerSignIn: ({ account: id }) => (account(id).platform === "airbyte" ? hubspotSignIn : null),
    startProviderSignIn: ({ request }) => {
      const { account: id } = request as { account: string };
      const { label, platform } = account(id);
      const started = authorization({
        id: "aut_provider",
        connector: `${id}/hubspot`,
        connectorTitle: label,
        identity: identity(null, { platform, account: label, level: null }),
        granted: [],
        startedAt: new Date().toISOString(),
        deadlineAt: new Date(Date.now() + 300_000).toISOString(),
      });
      state.authorizations = [started, ...state.authorizations];
      return started;
    },
    listCatalogue: () => knownServers(),
    readRegistryFile: ({ text: given }) => {
      if (!String(given).includes("remotes"))
        throw problem({
          code: "usage.invalid",
          message: "not valid JSON (line 1)",
          hint: "Use a server.json of the MCP registry or a list of them.",
          retryable: false,
        });
      return [
        entry({
          id: "com.example/weather",
          title: "Weather",
          description: "Forecasts",
          reach: { kind: "address", url: "https://weather.example.com/mcp", transport: "streamable_http" },
          sourceDate: null,
        }),
      ];
    },
  };
}
