import { type History, type RunComparison, type RunQuery, type ToolRun } from "@/host/bindings";
import { connector, minutesAgo, run } from "./samples";

/** A history of moderate size, changed by what is given. */
export function history(given: Partial<History> = {}): History {
  return {
    retention: { days: 90, runs: 10_000 },
    runs: 2318,
    due: 0,
    kilobytes: 12_400,
    pinned: 0,
    oldest: minutesAgo(60 * 24 * 71),
    ...given,
  };
}

/** What differs between two runs that list customers. */
export function comparison(before: ToolRun, after: ToolRun, given: Partial<RunComparison> = {}): RunComparison {
  const ignored = given.ignored ?? ["/outcome/result/**/updatedAt"];
  return {
    before,
    after,
    ignored,
    more: 0,
    suggested: ["/outcome/result/requestId", "/outcome/result/data/*/id"].filter((path) => !ignored.includes(path)),
    differences: [
      { part: "arguments", pointer: "/arguments/limit", change: "added", before: null, after: 20 },
      { part: "outcome", pointer: "/outcome/result/data/0/balance", change: "changed", before: 0, after: -4200 },
      { part: "outcome", pointer: "/outcome/result/data/0/delinquent", change: "changed", before: false, after: true },
      {
        part: "outcome",
        pointer: "/outcome/result/data/12",
        change: "added",
        before: null,
        after: { id: "cus_R1x9", name: "Kiln and Co" },
      },
      { part: "outcome", pointer: "/outcome/result/has_more", change: "changed", before: true, after: false },
      {
        part: "identity",
        pointer: "/identity/credential",
        change: "changed",
        before: "Growth key",
        after: "lena test mode",
      },
      { part: "timing", pointer: "/timing/durationMs", change: "changed", before: 1180, after: 1210 },
      { part: "timing", pointer: "/timing/resultBytes", change: "changed", before: 18_400, after: 18_610 },
    ],
    texts: [
      {
        part: "arguments",
        lines: [
          { kind: "same", before: 1, after: 1, text: "{" },
          { kind: "removed", before: 2, text: '  "query": "harbour"' },
          { kind: "added", after: 2, text: '  "query": "harbour",' },
          { kind: "added", after: 3, text: '  "limit": 20' },
          { kind: "same", before: 3, after: 4, text: "}" },
        ],
      },
      {
        part: "outcome",
        lines: [
          { kind: "same", before: 1, after: 1, text: "{" },
          { kind: "same", before: 2, after: 2, text: '  "data": [{' },
          {
            kind: "same",
            before: 3,
            after: 3,
            text: '    "name": "Harbour Studio, a name that goes on for so long that it does not fit into half of the width of the window",',
          },
          { kind: "removed", before: 4, text: '    "balance": 0,' },
          { kind: "removed", before: 5, text: '    "delinquent": false,' },
          { kind: "added", after: 4, text: '    "balance": -4200,' },
          { kind: "added", after: 5, text: '    "delinquent": true,' },
          { kind: "same", before: 6, after: 6, text: '    "email": "accounts@harbour.example",' },
          { kind: "folded", count: 38 },
          { kind: "same", before: 45, after: 45, text: '    "tax_exempt": "none"' },
          { kind: "same", before: 46, after: 46, text: "  }," },
          { kind: "added", after: 47, text: '  { "id": "cus_R1x9", "name": "Kiln and Co" }' },
          { kind: "same", before: 47, after: 48, text: "  ]," },
          { kind: "removed", before: 48, text: '  "has_more": true' },
          { kind: "added", after: 49, text: '  "has_more": false' },
          { kind: "same", before: 49, after: 50, text: "}" },
        ],
      },
    ],
    ...given,
  };
}

/** As many runs as an eager user makes, newest first; ids sort by time. */
export function longHistory(length = 10_000): ToolRun[] {
  const tools = ["search_issues", "list_customers", "query", "create_contact", "get_file"];
  const { identity } = connector();
  return Array.from({ length }, (_, index) =>
    run({
      id: `run_${String(length - index).padStart(8, "0")}`,
      tool: tools[index % tools.length],
      connectorTitle: index % 3 === 0 ? "GitHub" : "Stripe",
      identity: { ...identity, credential: index % 4 === 0 ? "restricted key" : "lena-fischer" },
      startedAt: minutesAgo(index * 11),
      durationMs: 40 + ((index * 37) % 1900),
      ...(index % 9 === 4 ? { state: "failed" as const } : {}),
    }),
  );
}

/** Whether a query asks for a run, words and the plainest filters understood. */
export function isAsked(one: ToolRun, { text, connector: of, tool, states }: RunQuery): boolean {
  if ((of && one.connector !== of) || (tool && one.tool !== tool) || (states.length > 0 && !states.includes(one.state)))
    return false;
  const searched =
    `${one.tool} ${one.connectorTitle} ${one.identity.credential ?? ""} tool:${one.tool} connector:${one.connectorTitle} source:${one.origin.kind} status:${one.state} ${one.state === "failed" ? "status:error" : ""} ${one.label?.name ?? ""} ${one.label?.note ?? ""} ${one.label?.pinned ? "is:pinned" : ""}`.toLowerCase();
  return (text ?? "")
    .toLowerCase()
    .split(/\s+/)
    .every((word) => word.startsWith("since:") || searched.includes(word));
}
