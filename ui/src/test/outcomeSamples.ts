import { type Channel } from "@tauri-apps/api/core";
import { type DryRun, type RunProgress, type RunTool, type Tool, type ToolRun } from "@/host/bindings";
import { type MockHost } from "./mockHost";
import {
  connector,
  type ConnectorTool,
  exchange,
  manyTools,
  minutesAgo,
  problem,
  run,
  runningRun,
  tool,
} from "./samples";

const place = {
  owner: { type: "string", description: "Account or organization." },
  repo: { type: "string", enum: ["patch-lab", "relay", "handbook"] },
};

const issue = {
  type: "object",
  required: ["owner", "repo", "title"],
  properties: {
    ...place,
    title: { type: "string", minLength: 1 },
    body: { type: "string", description: "Markdown." },
    labels: { type: "array", items: { type: "string" } },
    milestone: { type: ["integer", "null"], minimum: 1 },
  },
};

const days = {
  type: "object",
  required: ["owner", "repo"],
  properties: {
    owner: place.owner,
    repo: place.repo,
    path: { type: "string", description: "Only what touched this file or folder." },
    since: { type: "string", format: "date" },
    until: { type: "string", format: "date" },
    per_page: { type: "integer", minimum: 1, maximum: 100, default: 30, description: "How many at most." },
    page: { type: "integer", minimum: 1 },
    order: { enum: ["newest", "oldest"], default: "newest" },
    merges: { type: "boolean", default: false },
    author: {
      type: "object",
      properties: { kind: { enum: ["login", "mail"] }, limit: { type: "number" }, name: { type: "string" } },
    },
  },
};

const forms: Record<string, Partial<Tool>> = {
  create_issue: { description: "Creates an issue in a repository.", inputSchema: issue },
  delete_branch: {
    title: "Delete branch",
    description: "Deletes a branch. Pull requests that start from it are closed.",
    inputSchema: {
      type: "object",
      required: ["owner", "repo", "branch"],
      properties: { ...place, branch: { type: "string" } },
    },
  },
  get_file_contents: { title: "Read a file", description: "Reads a file as text, with pictures where it holds some." },
  get_issue: { description: "Reads one issue with its comments." },
  search_code: { description: "Finds code by words, path and language." },
  add_issue_comment: { description: "Adds a comment to an issue." },
  create_pull_request: { description: "Opens a pull request from one branch to another." },
  update_issue: { description: "Changes title, text, labels or state of an issue." },
  delete_file: { description: "Deletes a file with a commit of its own." },
  merge_pull_request: { description: "Merges a pull request once its checks passed." },
  list_customers: { description: "Lists customers, newest first." },
  get_invoice: { description: "Reads one invoice with its lines." },
  list_commits: {
    description:
      "Every commit of a branch, newest first. A long history is answered in one piece; give a path, an author or a first and last day to make it shorter.\n\nDays are counted in UTC.\nMerges are left out unless they are asked for.",
    inputSchema: days,
  },
};

/** The same tools, some with the forms and words that real ones have. */
export function toolsWithForms(): ConnectorTool[] {
  return manyTools().map(({ connector: of, tool: one }) => ({ connector: of, tool: { ...one, ...forms[one.name] } }));
}

/** The tool that a platform lends to test a connector's search. */
export function testSearch(): Tool {
  return tool({
    name: "search",
    title: "Test search",
    description: "Sends a test search, as Cohere would in a chat",
    inputSchema: {
      type: "object",
      required: ["query"],
      properties: { query: { type: "string", description: "What to search for" } },
    },
  });
}

const prose = `# Relay

Passes calls on and **keeps their progress**. See [the handbook](https://handbook.northlight.example/relay).

- starts in 40 ms
- gives up after \`30 s\` without a word

| era | transport |
| --- | --- |
| 2025-11-25 | streamable HTTP |
| 2026-07-28 | streamable HTTP, stateless |

\`\`\`
relay --listen 127.0.0.1:7717 --keep-progress
\`\`\``;

/** A chart of bars, for no picture may be read from elsewhere. */
const chart = btoa(
  `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="200"><rect width="480" height="200" fill="#f4f5f6"/>${[60, 95, 80, 140, 120, 165, 150].map((height, day) => `<rect x="${28 + day * 62}" y="${184 - height}" width="38" height="${height}" fill="#1f63cf"/>`).join("")}</svg>`,
);

/** A text of that many lines. */
function log(lines: number): string {
  return Array.from(
    { length: lines },
    (_, line) =>
      `${String(line + 1).padStart(5, "0")}  relay  call passed on to worker ${line % 7} in ${3 + (line % 90)} ms`,
  ).join("\n");
}

const refused = problem({
  code: "platform.invalid",
  message: "GitHub refused the call",
  hint: "Correct the arguments.",
  detail: "milestone 12 does not exist in northlight/patch-lab",
  status: 422,
  requestId: "C3A1:2F4",
  retryable: false,
});

/** How runs can end: prose and a picture, ten thousand lines, failures, an empty success, two that can be compared. */
export function everyOutcome(): ToolRun[] {
  const identity = { ...connector().identity, credential: "Growth key" };
  const customers = (id: string, minutes: number, given: Partial<ToolRun> = {}) =>
    run({
      id,
      connector: "con_stripe",
      connectorTitle: "Stripe",
      tool: "list_customers",
      identity,
      startedAt: minutesAgo(minutes),
      durationMs: 1210,
      resultBytes: 18_610,
      result: {
        content: [],
        structured: {
          data: [{ id: "cus_Q7m2", name: "Harbour Studio", balance: -4200, currency: "eur", delinquent: true }],
          has_more: false,
        },
        isError: false,
      },
      ...given,
    });
  const long = log(10_000);
  return [
    runningRun({ id: "run_91", tool: "search_code" }),
    customers("run_90", 6, {
      origin: { kind: "client", name: "Claude Desktop" },
      timings: { prepareMs: 98, waitMs: 941, readMs: 171, connectionReused: false },
    }),
    run({
      id: "run_89",
      tool: "get_file_contents",
      startedAt: minutesAgo(12),
      resultBytes: 2100,
      result: {
        content: [
          { kind: "text", text: prose },
          { kind: "image", data: chart, mimeType: "image/svg+xml" },
          {
            kind: "resource_link",
            uri: "repo://northlight/relay/README.md",
            name: "README.md",
            mimeType: "text/markdown",
          },
        ],
        structured: null,
        isError: false,
      },
    }),
    run({
      id: "run_88",
      tool: "list_commits",
      arguments: { owner: "northlight", repo: "relay", since: "2026-10-01", per_page: 100 },
      startedAt: minutesAgo(25),
      durationMs: 4230,
      resultBytes: long.length,
      result: { content: [{ kind: "text", text: long }], structured: null, isError: false },
      exchange: exchange(
        JSON.stringify({ jsonrpc: "2.0", id: 7, result: { content: [{ type: "text", text: long }] } }),
      ),
    }),
    run({
      id: "run_87",
      tool: "create_issue",
      startedAt: minutesAgo(41),
      state: "failed",
      durationMs: 260,
      resultBytes: 143,
      problem: refused,
      result: null,
      arguments: { owner: "northlight", repo: "patch-lab", title: "Gateway drops progress after 30 s", milestone: 12 },
    }),
    run({
      id: "run_86",
      tool: "update_issue",
      startedAt: minutesAgo(44),
      resultBytes: 40,
      result: { content: [], structured: null, isError: false },
    }),
    run({
      id: "run_85",
      tool: "merge_pull_request",
      startedAt: minutesAgo(52),
      state: "failed",
      resultBytes: 90,
      problem: problem({ code: "tool.failed", message: "the tool failed" }),
      result: {
        content: [{ kind: "text", text: "Required checks are still running: build, lint" }],
        structured: null,
        isError: true,
      },
    }),
    customers("run_80", 60 * 17, { durationMs: 1180 }),
    run({
      id: "run_79",
      tool: "delete_branch",
      origin: { kind: "client", name: "Cursor" },
      state: "denied",
      startedAt: minutesAgo(60 * 18),
      durationMs: null,
      resultBytes: null,
      result: null,
      exchange: null,
      timings: null,
    }),
    run({
      id: "run_78",
      tool: "list_commits",
      startedAt: minutesAgo(60 * 43),
      state: "cancelled",
      durationMs: 31_200,
      resultBytes: null,
      result: null,
      exchange: null,
    }),
    customers("run_70", 60 * 50, {
      state: "failed",
      problem: problem({
        code: "auth.expired",
        message: "the sign-in lapsed",
        hint: "Sign in again.",
        status: 401,
        retryable: false,
      }),
      result: null,
      resultBytes: null,
      durationMs: 240,
    }),
    run({
      id: "run_69",
      tool: "query",
      connector: "con_postgres",
      connectorTitle: "Postgres analytics",
      identity: { ...identity, credential: "analytics read-only" },
      origin: { kind: "command_line" },
      startedAt: minutesAgo(60 * 51),
      durationMs: 52,
    }),
  ];
}

/** Lets tools end in every way: `search_code` reports progress, others answer as in {@link everyOutcome}. */
export function withOutcomes(host: MockHost): MockHost {
  // The newest of each tool.
  const ended = new Map(
    everyOutcome()
      .toReversed()
      .filter((one) => one.state !== "running")
      .map((one) => [one.tool, one]),
  );
  const waiting = new Map<string, (ended: ToolRun) => void>();
  host.handlers.runTool = ({ request, progress }) => {
    const { connector: id, tool: name, arguments: given } = request as RunTool;
    const { identity, title } = host.state.connectors.find((one) => one.id === id) ?? connector();
    const ran = run({
      ...ended.get(name),
      id: `run_now_${host.calls.length}`,
      tool: name,
      connector: id,
      connectorTitle: title,
      identity,
      startedAt: new Date().toISOString(),
      arguments: given,
    });
    const emit = (step: RunProgress) => (progress as Channel<RunProgress>).onmessage(step);
    if (name !== "search_code") return ran;
    emit({ kind: "started", run: ran.id, identity });
    emit({ kind: "progress", progress: 38, total: 120, message: "Reading northlight/relay" });
    return new Promise((resolve) => waiting.set(ran.id, resolve));
  };
  host.handlers.cancelRun = ({ run: id }) => {
    waiting.get(id as string)?.(
      run({
        id: id as string,
        tool: "search_code",
        state: "cancelled",
        durationMs: 3400,
        resultBytes: null,
        result: null,
        exchange: null,
      }),
    );
    return null;
  };
  host.handlers.dryRun = ({ request }): DryRun => {
    const { connector: id, tool: name, arguments: given } = request as RunTool;
    const { identity, endpoint } = host.state.connectors.find((one) => one.id === id) ?? connector();
    return {
      method: "POST",
      url: endpoint,
      isExact: true,
      identity,
      effect: "read",
      headers: [
        ["authorization", "<redacted>"],
        ["accept", "application/json, text/event-stream"],
        ["content-type", "application/json"],
        ["mcp-protocol-version", "2026-07-28"],
      ],
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: given } }),
    };
  };
  // The first result of a hosted tool has a next page, the second has none.
  host.handlers.nextPage = () =>
    host.calls.filter((call) => call.name === "runTool").length === 1 ? { query: "renewal", cursor: "page-2" } : null;
  return host;
}
