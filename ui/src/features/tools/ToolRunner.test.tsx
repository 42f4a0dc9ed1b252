import { useLocation } from "@tanstack/react-router";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Connector, type DryRun, type Json, type RunTool, type Tool, type ToolRun } from "@/host/bindings";
import { clientState } from "@/host/clientState";
import { toastsKey } from "@/host/toasts";
import { cacheHolds } from "@/test/cacheHolds";
import { MockHost } from "@/test/mockHost";
import { renderFeature } from "@/test/renderFeature";
import { connector, exchange, problem, run, tool } from "@/test/samples";
import { ToolPage } from "./ToolPage";
import { ToolsPage } from "./ToolsPage";

const sampleTool = (given: Partial<Tool> = {}) =>
  tool({
    name: "search",
    inputSchema: { type: "object", properties: { q: { type: "string" } }, required: ["q"] },
    ...given,
  });
const sampleRun = (given: Partial<ToolRun> = {}) =>
  run({
    tool: "search",
    durationMs: 412,
    resultBytes: 1834,
    result: { content: [{ kind: "text", text: "found it" }], structured: null, isError: false },
    ...given,
  });

let requests: RunTool[];
let host: MockHost;

const setTools = (...tools: Tool[]) => {
  host.state.tools = tools.map((one) => ({ connector: "con_github", tool: one }));
};

// The form is loaded when it is first shown, which on a busy computer takes longer than a query waits.
beforeAll(() => import("@/components/SchemaForm/SchemaForm"), 30_000);

beforeEach(() => {
  requests = [];
  host = new MockHost({ connectors: [connector()] }).install();
  setTools(
    sampleTool(),
    sampleTool({
      name: "delete_branch",
      effect: "destructive",
      inputSchema: {
        type: "object",
        properties: { branch: { type: "string" }, repo: { type: "string" } },
        required: ["branch", "repo"],
      },
    }),
  );
  const runTool = host.handlers.runTool;
  host.handlers.runTool = async (given) => {
    await runTool?.(given);
    requests.push(given.request as RunTool);
    return sampleRun();
  };
});

const copied = vi.fn<(text: string) => void>();
const open = (at: string) =>
  renderFeature({ routes: { "/tools": ToolsPage, "/tools/$connector/$tool": ToolPage }, at, onCopy: copied });
const search = async () => {
  open("/tools/con_github/search");
  return screen.findByRole("textbox", { name: "q" });
};
const result = () => screen.findByRole("region", { name: "Result" });

it("leads from a result to its comparison with the run before", async () => {
  const earlier = sampleRun({ id: "run_0" });
  host.state.runs = [sampleRun(), earlier];
  const Comparison = () => <output>{JSON.stringify(useLocation())}</output>;
  renderFeature({
    routes: { "/tools/$connector/$tool": ToolPage, "/runs/$run": Comparison },
    at: "/tools/con_github/search",
  });
  await userEvent.type(await screen.findByRole("textbox", { name: "q" }), "bugs");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await userEvent.click(within(await result()).getByRole("button", { name: "Compare" }));
  const { id } = sampleRun();
  expect(await screen.findByRole("status")).toHaveTextContent(`"pathname":"/runs/${id}"`);
  expect(screen.getByRole("status")).toHaveTextContent('"search":{"with":""}');
});

it("runs with the keyboard and shows the answer with word, time and size", async () => {
  await userEvent.type(await search(), "bugs");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  const shown = within(await result());
  expect(shown.getByText("Done")).toBeVisible();
  expect(shown.getByText("412 ms")).toBeVisible();
  expect(shown.getByText("1.8 kB")).toBeVisible();
  expect(shown.getByText("found it")).toBeVisible();
  expect(requests).toEqual([
    {
      connector: "con_github",
      tool: "search",
      arguments: { q: "bugs" },
      timeoutSeconds: null,
      confirmed: false,
      replayOf: null,
      origin: { kind: "window" },
      credential: null,
      asTask: false,
    },
  ]);
});

it("runs as a task only where the tool offers that and the user chooses it", async () => {
  setTools(sampleTool({ mayBeTask: true }));
  await userEvent.type(await search(), "bugs");
  await userEvent.click(screen.getByRole("switch", { name: /^Run as a task/ }));
  await userEvent.click(screen.getAllByRole("button", { name: "Copy as command" })[0]!);
  expect(copied.mock.lastCall?.[0]).toBe("patchbay tool run github search --as-task q=bugs");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  await result();
  expect(requests[0]?.asTask).toBe(true);
});

it("a task that is edited and run again is one again", async () => {
  setTools(sampleTool({ mayBeTask: true }));
  host.state.runs = [sampleRun({ id: "run_0", arguments: { q: "bugs" }, asTask: true })];
  open("/tools/con_github/search?from=run_0");
  expect(await screen.findByRole("switch", { name: /^Run as a task/ })).toBeChecked();
});

it("sends nothing while a problem stands, and goes to it", async () => {
  const field = await search();
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  await waitFor(() => expect(field).toHaveFocus());
  expect(screen.getByText("Enter a value")).toBeVisible();
  expect(screen.getByText("1 problem")).toBeVisible();
  expect(requests).toEqual([]);
});

it("shows what the host says against a field at the field, until the value changes, and the rest above the fields", async () => {
  const properties = { q: { type: "string" }, limit: { type: "integer" } };
  setTools(sampleTool({ inputSchema: { type: "object", properties } }));
  host.handlers.runTool = () =>
    Promise.reject(
      problem({
        code: "tool.arguments",
        message: "the arguments do not fit",
        fields: [
          { path: "/q", message: "is too vague" },
          { path: "/limit", message: "is too much" },
          { path: "", message: "they don't go together" },
        ],
      }),
    );
  const field = await search();
  await userEvent.type(field, "x");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  const frame = field.closest<HTMLElement>("[data-pointer]");
  await waitFor(() => expect(within(frame!).getByText("is too vague")).toBeVisible());
  await waitFor(() => expect(field).toHaveFocus());
  const notice = screen.getByRole("alert");
  expect(notice).not.toHaveTextContent(/is too|they don't/);
  expect(within(screen.getByRole("form")).getByText("they don't go together")).toBeVisible();
  await userEvent.type(field, "y");
  await waitFor(() => expect(within(frame!).queryByText("is too vague")).toBeNull());
  expect(screen.getByText("is too much")).toBeVisible();
});

describe("ends differ in looks", () => {
  const ends: [string, Partial<ToolRun>, string][] = [
    ["empty success", { result: { content: [], structured: null, isError: false } }, "The tool returned no content."],
    [
      "failed by the tool",
      {
        state: "failed",
        result: { content: [{ kind: "text", text: "no such thing" }], structured: null, isError: true },
        problem: problem({ code: "tool.failed" }),
      },
      "The tool returned an error",
    ],
    [
      "failed on the way",
      {
        state: "failed",
        result: null,
        exchange: null,
        problem: problem({ message: "the server answered with an error" }),
      },
      "The server answered with an error",
    ],
    [
      "cancelled",
      { state: "cancelled", result: null, exchange: null },
      "The server was asked to stop. Changes made so far may remain.",
    ],
  ];
  it.each(ends)("%s", async (_name, changes, words) => {
    host.handlers.runTool = () => sampleRun(changes);
    await userEvent.type(await search(), "x{Control>}{Enter}{/Control}");
    expect(await screen.findByText(words)).toBeVisible();
    for (const [, , other] of ends) if (other !== words) expect(screen.queryByText(other)).toBeNull();
  });

  it("not run yet", async () => {
    await search();
    expect(screen.getByText("Not run yet")).toBeVisible();
  });
});

it("says what a run waits for that does not begin", async () => {
  host.handlers.runTool = () => new Promise(() => undefined);
  host.state.connectors = [connector({ authentication: { kind: "bearer" } as Connector["authentication"] })];
  await userEvent.type(await search(), "x{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Running", { selector: "section *" })).toBeVisible();
  expect(await screen.findByText("Waiting for the keychain")).toBeVisible();
  expect(screen.getByRole("button", { name: "Cancel" })).toBeVisible();
});

it("tells how far a run is and cancels it", async () => {
  let end: (ended: ToolRun) => void = () => undefined;
  host.handlers.runTool = ({ progress }) => {
    const channel = progress as { onmessage: (step: unknown) => void };
    channel.onmessage({ kind: "started", run: "run_9", identity: connector().identity });
    channel.onmessage({ kind: "progress", progress: 3, total: 8, message: "Reading commits" });
    return new Promise((resolve) => {
      end = resolve;
    });
  };
  const cancelled = vi.fn();
  host.handlers.cancelRun = ({ run: id }) => {
    cancelled(id);
    end(sampleRun({ state: "cancelled", result: null }));
    return null;
  };
  await userEvent.type(await search(), "x{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Reading commits · 3 of 8")).toBeVisible();
  expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "37.5");
  const tools = screen.getByRole("grid", { name: "Tools of GitHub" });
  expect(within(tools).getByText("Running")).toBeInTheDocument();
  await userEvent.keyboard("{Control>}.{/Control}");
  expect(cancelled).toHaveBeenCalledWith("run_9");
  expect(await screen.findByText(/was asked to stop/)).toBeVisible();
  expect(within(tools).queryByText("Running")).toBeNull();
});

it("keeps the focus where Run was while a run goes on, and cancels one that has no name yet", async () => {
  let begin: () => void = () => undefined;
  let end: (ended: ToolRun) => void = () => undefined;
  host.handlers.runTool = ({ progress }) => {
    begin = () =>
      (progress as { onmessage: (step: unknown) => void }).onmessage({
        kind: "started",
        run: "run_9",
        identity: connector().identity,
      });
    return new Promise((resolve) => {
      end = resolve;
    });
  };
  const cancelled = vi.fn();
  host.handlers.cancelRun = ({ run: id }) => {
    cancelled(id);
    return null;
  };
  await userEvent.type(await search(), "x");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  const cancel = await screen.findByRole("button", { name: "Cancel" });
  expect(cancel).toHaveFocus();
  await userEvent.click(cancel);
  expect(cancelled).not.toHaveBeenCalled();
  begin();
  await waitFor(() => expect(cancelled).toHaveBeenCalledWith("run_9"));
  end(sampleRun({ state: "cancelled", result: null }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Run" })).toHaveFocus());
});

describe("a destructive tool", () => {
  const fill = async () => {
    open("/tools/con_github/delete_branch");
    await userEvent.type(await screen.findByRole("textbox", { name: "branch" }), "release/1.4");
    await userEvent.type(screen.getByRole("textbox", { name: "repo" }), "patch-lab");
    await userEvent.click(screen.getByRole("button", { name: "Run" }));
  };

  it("asks where Run was, naming verb, target and identity, with the focus on the way out", async () => {
    await fill();
    const asked = await screen.findByRole("alertdialog", { name: "Delete branch release/1.4?" });
    expect(asked).toHaveAccessibleDescription(
      /branch release\/1\.4, repo patch-lab\. On GitHub, as This computer · lena-fischer/,
    );
    expect(within(asked).getByRole("button", { name: "Cancel" })).toHaveFocus();
    expect(screen.queryByRole("button", { name: "Run" })).toBeNull();
    expect(requests).toEqual([]);
    await userEvent.keyboard("{Escape}");
    expect(screen.getByRole("button", { name: "Run" })).toHaveFocus();
    expect(requests).toEqual([]);
  });

  it("gives the focus back to the field from which it was asked for", async () => {
    open("/tools/con_github/delete_branch");
    await userEvent.type(await screen.findByRole("textbox", { name: "branch" }), "release/1.4");
    const repo = screen.getByRole("textbox", { name: "repo" });
    await userEvent.type(repo, "patch-lab{Control>}{Enter}{/Control}");
    await userEvent.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Cancel" }));
    expect(repo).toHaveFocus();
  });

  it("runs once confirmed", async () => {
    await fill();
    await userEvent.click(await screen.findByRole("button", { name: "Delete branch" }));
    await result();
    expect(requests).toMatchObject([{ tool: "delete_branch", confirmed: true }]);
    expect(screen.queryByText(/needs confirmation/)).toBeNull();
  });

  it("is not confirmed by the keys that asked for it, pressed again", async () => {
    await fill();
    await screen.findByRole("alertdialog");
    await userEvent.keyboard("{Control>}{Enter}{Enter}{/Control}");
    expect(requests).toEqual([]);
    expect(screen.getByRole("alertdialog")).toBeVisible();
    await userEvent.keyboard("{Shift>}{Tab}{/Shift}{Enter}");
    await result();
    expect(requests).toMatchObject([{ confirmed: true }]);
  });

  it("is not confirmed by the second click of a double click", async () => {
    await fill();
    fireEvent.click(await screen.findByRole("button", { name: "Delete branch" }), { detail: 2 });
    expect(requests).toEqual([]);
    expect(screen.getByRole("alertdialog")).toBeVisible();
  });

  it("is in sight where it is asked about, whatever was below", async () => {
    const scrolled = vi.spyOn(Element.prototype, "scrollIntoView");
    onTestFinished(() => scrolled.mockRestore());
    host.handlers.runTool = () => Promise.reject(problem({ code: "confirmation_needed" }));
    open("/tools/con_github/search");
    await userEvent.type(await screen.findByRole("textbox", { name: "q" }), "x{Control>}{Enter}{/Control}");
    const asked = await screen.findByRole("alertdialog");
    expect(scrolled.mock.contexts).toContain(asked);
    expect(scrolled.mock.contexts.some((one) => (one as Element).matches("[data-outcome]"))).toBe(false);
  });

  it("is not confirmed by keys that are still held down", async () => {
    await fill();
    await screen.findByRole("alertdialog");
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, repeat: true }));
    expect(requests).toEqual([]);
    expect(screen.getByRole("alertdialog")).toBeVisible();
  });
});

it("runs again what may go well now, with the values of the form, however it failed", async () => {
  const answers = [
    () => Promise.reject(problem({ code: "reference.not_allowed", message: "op isn't allowed", retryable: false })),
    () =>
      sampleRun({
        state: "failed",
        result: null,
        problem: problem({ code: "network.unreachable", message: "it can't be reached", retryable: true }),
      }),
    () => sampleRun(),
  ];
  host.handlers.runTool = ({ request }) => {
    requests.push(request as RunTool);
    return answers[requests.length - 1]!();
  };
  await userEvent.type(await search(), "bugs");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await userEvent.click(await screen.findByRole("button", { name: "Run again" }));
  expect(await screen.findByText("found it")).toBeVisible();
  expect(requests.map((request) => request.arguments)).toEqual([{ q: "bugs" }, { q: "bugs" }, { q: "bugs" }]);
});

it("shows a dry run without running", async () => {
  host.handlers.dryRun = ({ request }) => ({
    method: "POST",
    url: "https://api.githubcopilot.com/mcp",
    headers: [["Authorization", "<redacted>"]],
    body: JSON.stringify({ method: "tools/call", params: { arguments: (request as RunTool).arguments } }),
    isExact: true,
    identity: connector().identity,
    effect: "read",
  });
  await userEvent.type(await search(), "x{Control>}{Shift>}{Enter}{/Shift}{/Control}");
  const dry = within(await screen.findByRole("region", { name: "Dry run" }));
  expect(dry.getByText("Nothing was sent")).toBeVisible();
  expect(dry.getByText("POST https://api.githubcopilot.com/mcp")).toBeVisible();
  expect(dry.getByText("<redacted>")).toBeVisible();
  expect(requests).toEqual([]);
});

it("keeps the outcome of a run when a dry run from before it ends later", async () => {
  let end: (plan: DryRun) => void = () => undefined;
  host.handlers.dryRun = () => new Promise<DryRun>((resolve) => (end = resolve));
  await userEvent.type(await search(), "x{Control>}{Shift>}{Enter}{/Shift}{/Control}");
  await waitFor(() => expect(host.lastCall("dryRun")).toBeDefined());
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("found it")).toBeVisible();
  await act(async () => {
    end({
      method: "POST",
      url: "https://api.githubcopilot.com/mcp",
      headers: [],
      body: "{}",
      isExact: true,
      identity: connector().identity,
      effect: "read",
    });
    await new Promise((settled) => setTimeout(settled, 20));
  });
  expect(screen.queryByRole("region", { name: "Dry run" })).toBeNull();
  expect(screen.getByText("found it")).toBeVisible();
});

it.each([
  ['{"id":9007199254740993}', '{"id":9007199254740993}'],
  [null, '{\n  "id": "≈ 9007199254740992"\n}'],
])("copies a result with its exact numbers, or marks them", async (body, expected) => {
  const structured = JSON.parse('{"id": 9007199254740993}') as Json;
  host.handlers.runTool = () =>
    sampleRun({ result: { content: [], structured, isError: false }, exchange: body === null ? null : exchange(body) });
  await userEvent.type(await search(), "x");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  await userEvent.click(await screen.findByRole("button", { name: "Copy result" }));
  expect(copied.mock.lastCall?.[0]).toBe(expected);
});

it("clears text of a field that could not be read", async () => {
  setTools(sampleTool({ inputSchema: { type: "object", properties: { free: {} } } }));
  open("/tools/con_github/search");
  await userEvent.type(await screen.findByLabelText("free"), "{{");
  await userEvent.click(screen.getByRole("button", { name: "More actions" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /^Clear form/ }));
  expect(screen.getByLabelText("free")).toHaveValue("");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(await screen.findByText("found it")).toBeVisible();
});

it("copies the command that does the same", async () => {
  await userEvent.type(await search(), "it's");
  await userEvent.click(screen.getByRole("button", { name: "Copy as command" }));
  expect(copied.mock.lastCall?.[0]).toBe("patchbay tool run github search 'q=it'\\''s'");
});

it("copies the command with the timeout that was set", async () => {
  await userEvent.type(await search(), "x");
  await userEvent.click(screen.getByRole("button", { name: "More actions" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Set timeout…" }));
  await userEvent.type(await screen.findByLabelText("Timeout (seconds)"), "600");
  await userEvent.click(screen.getByRole("button", { name: "Copy as command" }));
  expect(copied.mock.lastCall?.[0]).toBe("patchbay tool run github search --timeout 600 q=x");
});

it("keeps the timeout where what is typed after it is none", async () => {
  await userEvent.type(await search(), "x");
  await userEvent.click(screen.getByRole("button", { name: "More actions" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Set timeout…" }));
  const field = await screen.findByLabelText("Timeout (seconds)");
  await userEvent.type(field, "864001");
  expect(field).toHaveValue(86400);
  await userEvent.clear(field);
  expect(field).toHaveValue(null);
});

it("begins with the arguments of an earlier run, without its secrets", async () => {
  host.state.runs = [sampleRun({ arguments: { q: "earlier", token: "<redacted>" } })];
  open("/tools/con_github/search?from=run_1");
  expect(await screen.findByRole("textbox", { name: "q" })).toHaveValue("earlier");
  expect(screen.getByText("Enter token again")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  await result();
  expect(requests).toMatchObject([{ arguments: { q: "earlier" }, replayOf: "run_1" }]);
});

it("begins without integers of an earlier run that may have been rounded, and says so", async () => {
  host.state.runs = [sampleRun({ arguments: JSON.parse('{"q": "earlier", "id": 9007199254740993}') as Json })];
  open("/tools/con_github/search?from=run_1");
  expect(await screen.findByRole("textbox", { name: "q" })).toHaveValue("earlier");
  expect(screen.getByText("Enter id (too long to restore exactly) again")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  await result();
  expect(requests).toMatchObject([{ arguments: { q: "earlier" } }]);
});

it("goes on with the edits of an earlier run's arguments on Back, and begins anew on another visit", async () => {
  host.state.runs = [sampleRun({ arguments: { q: "earlier" } })];
  const { router } = open("/tools/con_github/search?from=run_1");
  await userEvent.type(await screen.findByRole("textbox", { name: "q" }), " edited");
  await router.navigate({ to: "/tools" });
  await screen.findByRole("grid", { name: "Tools" });
  router.history.back();
  expect(await screen.findByRole("textbox", { name: "q" })).toHaveValue("earlier edited");
  await router.navigate({ to: "/tools" });
  await screen.findByRole("grid", { name: "Tools" });
  router.history.push("/tools/con_github/search?from=run_1");
  expect(await screen.findByRole("textbox", { name: "q" })).toHaveValue("earlier");
});

describe("a secret argument", () => {
  const inputSchema = {
    type: "object",
    properties: { account: { type: "string" }, pin: { type: "string", writeOnly: true } },
    required: ["account", "pin"],
  };

  it("is forgotten when the form is left, which says so when one comes back", async () => {
    setTools(sampleTool(), sampleTool({ name: "transfer", inputSchema }));
    const { client } = open("/tools/con_github/transfer");
    await userEvent.type(await screen.findByRole("textbox", { name: "account" }), "savings");
    await userEvent.type(screen.getByLabelText("pin"), "s3cret-4711");
    expect(cacheHolds(client, "s3cret-4711")).toBe(false);
    await userEvent.click(screen.getByRole("row", { name: /^search/ }));
    await screen.findByRole("textbox", { name: "q" });
    expect(cacheHolds(client, "savings")).toBe(true);
    expect(cacheHolds(client, "s3cret-4711")).toBe(false);
    await userEvent.click(screen.getByRole("row", { name: /^transfer/ }));
    expect(await screen.findByRole("textbox", { name: "account" })).toHaveValue("savings");
    expect(screen.getByLabelText("pin")).toHaveValue("");
    expect(screen.getByText("Enter pin again")).toBeVisible();
    expect(screen.getByText("Secret values aren't kept when you leave a form.")).toBeVisible();
  });

  it("is named and not shown by a confirmation", async () => {
    setTools(sampleTool({ name: "reset_pin", effect: "destructive", inputSchema }));
    open("/tools/con_github/reset_pin");
    await userEvent.type(await screen.findByRole("textbox", { name: "account" }), "savings");
    await userEvent.type(screen.getByLabelText("pin"), "s3cret-4711");
    await userEvent.click(screen.getByRole("button", { name: "Run" }));
    const asked = await screen.findByRole("alertdialog", { name: "Reset pin?" });
    expect(asked).toHaveAccessibleDescription(/account savings, pin \(hidden\)\. On GitHub/);
    expect(document.body.textContent).not.toContain("s3cret-4711");
    await userEvent.click(within(asked).getByRole("button", { name: "Reset pin" }));
    await result();
    expect(requests).toMatchObject([{ arguments: { account: "savings", pin: "s3cret-4711" } }]);
  });
});

it("keeps unfinished arguments and the last answer when one comes back", async () => {
  await userEvent.type(await search(), "bugs{Control>}{Enter}{/Control}");
  await result();
  await userEvent.click(screen.getByRole("row", { name: /^delete_branch/ }));
  await screen.findByRole("textbox", { name: "branch" });
  expect(screen.getByText("Not run yet")).toBeVisible();
  await userEvent.click(screen.getByRole("row", { name: /^search/ }));
  expect(await screen.findByRole("textbox", { name: "q" })).toHaveValue("bugs");
  expect(await result()).toBeVisible();
});

describe("the lists", () => {
  it("group the tools of a connector by what they do, and filter", async () => {
    await search();
    const grid = screen.getByRole("grid", { name: "Tools of GitHub" });
    expect(
      within(grid)
        .getAllByRole("rowheader")
        .map((head) => head.textContent),
    ).toEqual(["Read-only1", "Destructive1"]);
    await userEvent.type(screen.getByRole("searchbox", { name: "Find a tool" }), "branch");
    expect(within(grid).getAllByRole("row", { name: /,/ })).toHaveLength(1);
  });

  it("mark the tools that the sign-in has no right to", async () => {
    host.state.connectors = [connector({ toolsLackingAccess: ["search"] })];
    await search();
    const grid = screen.getByRole("grid", { name: "Tools of GitHub" });
    expect(within(grid).getByRole("row", { name: /^search, .*, needs more access/ })).toBeVisible();
    expect(within(grid).getAllByTitle("Needs more access")).toHaveLength(1);
  });

  it("show every tool, and open one", async () => {
    open("/tools");
    await userEvent.click(await screen.findByRole("row", { name: /^delete_branch/ }));
    expect(await screen.findByRole("textbox", { name: "branch" })).toBeVisible();
  });

  it("keep their filters while another tool is open, and offer to clear them", async () => {
    const { router } = open("/tools");
    await userEvent.type(await screen.findByRole("searchbox", { name: "Find a tool" }), "branch");
    await userEvent.click(await screen.findByRole("row", { name: /^delete_branch/ }));
    await screen.findByRole("textbox", { name: "branch" });
    await userEvent.type(screen.getByRole("searchbox", { name: "Find a tool" }), "nothing");
    expect(screen.getByText("No matching tools")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Clear filter" }));
    expect(await screen.findByRole("row", { name: /^search/ })).toBeVisible();
    router.history.back();
    const grid = await screen.findByRole("grid", { name: "Tools" });
    expect(within(grid).queryByRole("row", { name: /^search/ })).toBeNull();
    expect(screen.getByRole("searchbox", { name: "Find a tool" })).toHaveValue("branch");
  });

  it("open a tool with its last arguments, or copy its name, from the menu of its row", async () => {
    host.state.runs = [sampleRun({ id: "run_7", arguments: { q: "bugs" } })];
    const reads = vi.fn(host.handlers.listRuns);
    host.handlers.listRuns = reads;
    open("/tools");
    fireEvent.contextMenu(await screen.findByRole("row", { name: /^search/ }));
    expect(reads).not.toHaveBeenCalled();
    await userEvent.click(await screen.findByRole("menuitem", { name: /^Copy name/ }));
    expect(copied).toHaveBeenLastCalledWith("search", "Name");
    fireEvent.contextMenu(screen.getByRole("row", { name: /^search/ }));
    await userEvent.click(await screen.findByRole("menuitem", { name: /^Open with last arguments/ }));
    expect(await screen.findByRole("textbox", { name: "q" })).toHaveValue("bugs");
  });

  it("open no tool with its last arguments that never ran, and say so", async () => {
    const { client } = open("/tools");
    fireEvent.contextMenu(await screen.findByRole("row", { name: /^search/ }));
    await userEvent.click(await screen.findByRole("menuitem", { name: /^Open with last arguments/ }));
    await waitFor(() =>
      expect(
        clientState(client)
          .get(toastsKey)
          .map(({ text }) => text),
      ).toEqual(["No run of search to take arguments from"]),
    );
    fireEvent.contextMenu(screen.getByRole("row", { name: /^search/ }));
    expect(screen.queryByRole("menuitem", { name: /^Open with last arguments/ })).toBeNull();
  });

  it("offer what runs a tool in the menu of its row too", async () => {
    await search();
    const row = within(screen.getByRole("grid", { name: "Tools of GitHub" })).getByRole("row", { name: /^search/ });
    fireEvent.contextMenu(row);
    const menu = await screen.findByRole("menu");
    const names = within(menu)
      .getAllByRole("menuitem")
      .map((item) => item.querySelector("span:not([aria-hidden])")?.textContent);
    expect(names).toEqual(["Open", "Copy name", "Run", "Dry run", "Copy as command"]);
  });

  it("tell the title where it says more than the name", async () => {
    setTools(sampleTool({ title: "Test search" }), sampleTool({ name: "draw_chart", title: "Draw chart" }));
    open("/tools");
    expect(await screen.findByRole("row", { name: /^search, Read-only, Test search/ })).toBeVisible();
    expect(screen.queryByText("Draw chart")).toBeNull();
    await userEvent.click(screen.getByRole("row", { name: /^search/ }));
    expect(await screen.findByText("Test search")).toBeVisible();
  });

  it("say why there are none", async () => {
    setTools();
    open("/tools");
    expect(await screen.findByText("No tools yet")).toBeVisible();
  });

  it("say why a tool could not be loaded, and try again", async () => {
    const { findTool } = host.handlers;
    host.fail("findTool", { code: "store.failed", message: "the database cannot be read" });
    open("/tools/con_github/search");
    expect(await screen.findByText("The database cannot be read")).toBeVisible();
    host.handlers.findTool = findTool;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("textbox", { name: "q" })).toBeVisible();
  });

  it("give way to the news that the connector was removed", async () => {
    const { client } = open("/tools/con_github/search");
    await screen.findByRole("textbox", { name: "q" });
    host.state.connectors = [];
    await client.invalidateQueries();
    expect(await screen.findByText("Connector not found")).toBeVisible();
    expect(screen.queryByRole("textbox", { name: "q" })).toBeNull();
    expect(screen.getByRole("button", { name: "Show all tools" })).toBeVisible();
  });

  it("say what failed", async () => {
    host.handlers.listTools = () =>
      Promise.reject(problem({ code: "store.failed", message: "the database cannot be read" }));
    open("/tools");
    expect(await screen.findByText("The database cannot be read")).toBeVisible();
  });
});
