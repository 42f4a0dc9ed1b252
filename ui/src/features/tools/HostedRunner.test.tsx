import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, expect, it } from "vitest";
import { type Platform, type RunTool, type ToolRun } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { MockHost } from "@/test/mockHost";
import { renderFeature } from "@/test/renderFeature";
import { connector, identity, problem, run, tool } from "@/test/samples";
import { ToolPage } from "./ToolPage";
import { ToolsPage } from "./ToolsPage";

let requests: RunTool[];
let host: MockHost;

// The form is loaded when it is first shown, which on a busy computer takes longer than a query waits.
beforeAll(() => import("@/components/SchemaForm/SchemaForm"), 30_000);

/** The page of a tool of a connector on that platform; each run answers with what is given. */
function open(platform: Platform, answer: (request: RunTool) => Partial<ToolRun> = () => ({})) {
  const hosted = connector({ remoteId: "r1", identity: identity("default", { platform, account: "Northlight" }) });
  const schema = {
    type: "object",
    properties: { params: { type: "object", properties: { cursor: { type: "string" } } } },
  };
  const listed = tool({ name: "issues.list", inputSchema: schema });
  requests = [];
  host = new MockHost({ connectors: [hosted], tools: [{ connector: hosted.id, tool: listed }] }).install();
  host.handlers.runTool = ({ request }) => {
    requests.push(request as RunTool);
    return run({
      id: `run_${requests.length}`,
      tool: "issues.list",
      identity: hosted.identity,
      ...answer(request as RunTool),
    });
  };
  return renderFeature({
    routes: { "/tools": ToolsPage, "/tools/$connector/$tool": ToolPage },
    at: "/tools/con_github/issues.list",
    onCopy: () => undefined,
  });
}

/** What the test has drawn. */
const page = () => screen.getByRole("heading", { level: 1 }).closest("header")?.parentElement ?? document.body;

it("lets one choose with which of the platform's credentials a tool runs", async () => {
  open("mistral");
  const choose = await screen.findByRole("button", { name: "Change credential" });
  expect(host.lastCall("listPlatformCredentials")).toBeUndefined();
  await userEvent.click(choose);
  const picker = await screen.findByRole("button", { name: /Credential/ });
  expect(picker).toHaveFocus();
  await userEvent.click(picker);
  await userEvent.click(await screen.findByRole("option", { name: /sandbox/ }));
  const bar = screen.getByText("Run as").parentElement!;
  expect(within(bar).getByText("sandbox")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: /^Run/ }));
  await screen.findByRole("region", { name: "Result" });
  expect(requests[0]?.credential).toBe("sandbox");
  expect(await axeViolations(page())).toEqual([]);
});

it("names the credential that was chosen before it deletes something", async () => {
  open("mistral");
  host.handlers.runTool = () => Promise.reject(problem({ code: "confirmation_needed", fields: [] }));
  await userEvent.click(await screen.findByRole("button", { name: "Change credential" }));
  await userEvent.click(await screen.findByRole("button", { name: /Credential/ }));
  await userEvent.click(await screen.findByRole("option", { name: /sandbox/ }));
  await userEvent.click(screen.getByRole("button", { name: /^Run/ }));
  const card = await screen.findByRole("alertdialog");
  expect(card).toHaveTextContent("as Northlight · sandbox. This tool may delete");
});

it("offers no choice where the platform has none", async () => {
  open("airbyte");
  await screen.findByRole("button", { name: /^Run/ });
  expect(screen.queryByRole("button", { name: /credential/ })).toBeNull();
});

it("goes on to the next page with what the answer names", async () => {
  open("airbyte");
  host.handlers.nextPage = ({ run: id }) => (id === "run_1" ? { params: { cursor: "page-2" } } : null);
  await userEvent.click(await screen.findByRole("button", { name: /^Run/ }));
  const next = await screen.findByRole("button", { name: /Next page/ });
  expect(await axeViolations(page())).toEqual([]);
  await userEvent.click(next);
  await waitFor(() => expect(requests).toHaveLength(2));
  expect(requests[1]?.arguments).toEqual({ params: { cursor: "page-2" } });
  expect(await screen.findByDisplayValue("page-2")).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: /Next page/ })).toBeNull());
});

it("writes files of an answer into the folder for downloads and says where", async () => {
  const file = {
    kind: "resource" as const,
    uri: "attachment:report.csv",
    mimeType: "text/csv",
    text: null,
    blob: "YSxiCg==",
  };
  open("airbyte", () => ({
    result: { content: [{ kind: "text", text: "here" }, file], structured: null, isError: false },
  }));
  const saved: unknown[] = [];
  host.handlers.saveAttachment = (args) => {
    saved.push(args);
    if (saved.length === 1) throw problem({ code: "file.failed", message: "couldn't use /home/lena/Downloads" });
    return { path: "/home/lena/Downloads/report.csv", bytes: 4 };
  };
  await userEvent.click(await screen.findByRole("button", { name: /^Run/ }));
  const save = await screen.findByRole("button", { name: "Save report.csv" });
  await userEvent.click(save);
  expect(await screen.findByText("Couldn't use /home/lena/Downloads")).toBeVisible();
  await userEvent.click(save);
  expect(await screen.findByText("/home/lena/Downloads/report.csv")).toBeVisible();
  expect(saved).toEqual([
    { run: "run_1", part: 1 },
    { run: "run_1", part: 1 },
  ]);
  expect(await axeViolations(page())).toEqual([]);
});

it("shows the platform's own request in a dry run", async () => {
  open("mistral");
  host.handlers.dryRun = ({ request }) => ({
    method: "POST",
    url: "https://api.mistral.ai/v1/connectors/r1/tools/issues.list/call",
    headers: [["authorization", "<redacted>"]],
    body: JSON.stringify({ arguments: {}, credentials_name: (request as RunTool).credential }),
    isExact: true,
    identity: connector().identity,
    effect: "read",
  });
  await userEvent.click(await screen.findByRole("button", { name: /^Dry run/ }));
  const dry = await screen.findByRole("region", { name: "Dry run" });
  expect(within(dry).getByText("POST https://api.mistral.ai/v1/connectors/r1/tools/issues.list/call")).toBeVisible();
  expect(within(dry).getByText("<redacted>")).toBeVisible();
  expect(await axeViolations(page())).toEqual([]);
});
