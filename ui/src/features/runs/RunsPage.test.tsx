import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "@tanstack/react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type RunQuery } from "@/host/bindings";
import { clientState } from "@/host/clientState";
import { applyEvent } from "@/host/events";
import { toastsKey } from "@/host/toasts";
import { axeViolations } from "@/test/axe";
import { MockHost } from "@/test/mockHost";
import { renderFeature } from "@/test/renderFeature";
import { connector, exchange, problem, run, runningRun } from "@/test/samples";
import { RunPage } from "./RunPage";
import { RunsPage } from "./RunsPage";

let host: MockHost;
/** The queries of the history. */
const queries = () => host.calls.flatMap(({ name, given }) => (name === "listRuns" ? [given.query as RunQuery] : []));

const many = (length: number) =>
  Array.from({ length }, (_, index) =>
    run({
      id: `run_${String(1000 - index)}`,
      tool: `tool_${index}`,
      startedAt: new Date(Date.now() - index * 1000).toISOString(),
    }),
  );

beforeEach(() => {
  host = new MockHost({
    connectors: [connector()],
    runs: [
      run({ id: "run_3", tool: "search" }),
      run({
        id: "run_2",
        tool: "delete_branch",
        state: "failed",
        problem: problem({ message: "the host fell silent" }),
        result: null,
        exchange: null,
      }),
    ],
  }).install();
});

function Elsewhere() {
  return <output aria-label="Address">{useLocation().href}</output>;
}

const copied = vi.fn<(text: string) => void>();
const open = (at = "/runs") =>
  renderFeature({
    routes: { "/runs": RunsPage, "/runs/$run": RunPage, "/tools": Elsewhere, "/tools/$connector/$tool": Elsewhere },
    at,
    onCopy: copied,
  });
const detail = (tool: string) => screen.findByRole("article", { name: `Run of ${tool}` });

it("shows the newest run beside the list, and another one when it is chosen", async () => {
  open();
  const shown = within(await detail("search"));
  expect(shown.getByText("Done")).toBeVisible();
  expect(shown.getByText("lena-fischer")).toBeVisible();
  expect(shown.getByText("Reused connection")).toBeVisible();
  expect(shown.getByText("Prepare")).toBeVisible();
  await userEvent.click(screen.getByRole("row", { name: /^delete_branch, Failed, GitHub, lena-fischer, You/ }));
  expect(within(await detail("delete_branch")).getByText("The host fell silent")).toBeVisible();
});

it("has a menu for each run, of what its keys do", async () => {
  open();
  fireEvent.contextMenu(await screen.findByRole("row", { name: /^delete_branch/ }));
  const menu = await screen.findByRole("menu", { name: /^delete_branch/ });
  for (const name of [/^Open/, /^Select to compare/, /^Preview/, /^Run again/, /^Edit and run/, /^Delete/])
    expect(await within(menu).findByRole("menuitem", { name })).toBeVisible();
});

it("tells runs of one tool apart by their arguments", async () => {
  host.state.runs = ["Lisbon", "Porto"].map((city) =>
    run({ id: `run_${city}`, tool: "weather", argumentsLine: `city=${city}` }),
  );
  open();
  expect(await screen.findByText(/^city=Lisbon · GitHub/)).toBeVisible();
  expect(screen.getByText(/^city=Porto · GitHub/)).toBeVisible();
});

it("shows arguments, the raw answer and the request", async () => {
  open();
  await detail("search");
  await userEvent.click(screen.getByRole("tab", { name: "Arguments" }));
  expect(screen.getByRole("tree", { name: "Arguments" })).toBeVisible();
  await userEvent.click(screen.getByRole("tab", { name: "Raw" }));
  // Byte for byte: neither the number nor the blanks are written anew.
  expect(screen.getByRole("region", { name: "Response" }).textContent).toBe(
    '{"jsonrpc":"2.0","result":{ "total":12.0 }}',
  );
  await userEvent.click(screen.getByRole("tab", { name: "HTTP" }));
  const sent = within(screen.getByRole("region", { name: "Request" }));
  expect(sent.getByText("POST https://api.githubcopilot.com/mcp")).toBeVisible();
  expect(sent.getByText("<redacted>")).toBeVisible();
  expect(sent.getByText('{"jsonrpc":"2.0","method":"tools/call"}')).toBeVisible();
  const received = within(screen.getByRole("region", { name: /^Response/ }));
  expect(received.getByText("HTTP 200 · 84 ms")).toBeVisible();
  expect(received.getByText("x-empty")).toBeVisible();
  expect(received.getByText("content-type")).toBeVisible();
});

it("says of a program that what was sent is a line", async () => {
  const line = { method: null, url: null, headers: [], body: "{}" };
  const response = { status: null, headers: [], body: "{}", tookMs: 3 };
  host.state.runs = [run({ id: "run_3", tool: "search", exchange: { request: line, response } })];
  open();
  await detail("search");
  await userEvent.click(screen.getByRole("tab", { name: "Sent" }));
  expect(screen.getByText(/^One line of the program's standard input/)).toBeVisible();
  expect(screen.queryByRole("tab", { name: "HTTP" })).toBeNull();
});

describe("the filter", () => {
  const field = () => screen.getByRole("searchbox", { name: "Filter runs" });
  const tokens = () =>
    within(screen.getByRole("list", { name: "Filters" }))
      .getAllByRole("listitem")
      .map((one) => one.textContent);

  it("is there again after a run that had the page to itself", async () => {
    open();
    await detail("search");
    await userEvent.type(field(), "status:failed dele");
    await detail("delete_branch");
    const row = screen.getByRole("row", { name: /^delete_branch/ });
    const narrow = vi.spyOn(globalThis, "getComputedStyle").mockReturnValue({ display: "none" } as CSSStyleDeclaration);
    fireEvent.click(row);
    narrow.mockRestore();
    await userEvent.click(await screen.findByRole("link", { name: "Runs" }));
    expect(await screen.findByRole("searchbox", { name: "Filter runs" })).toHaveValue("dele");
    expect(tokens()).toEqual(["status: failed"]);
  });

  it("hands what is typed to the host, and turns filters that are over into tokens", async () => {
    open();
    await detail("search");
    await userEvent.type(field(), "status:failed");
    await waitFor(() => expect(queries().at(-1)).toMatchObject({ text: "status:failed", states: [] }));
    expect(screen.queryByRole("list", { name: "Filters" })).toBeNull();
    await userEvent.type(field(), " tool:delete br");
    expect(tokens()).toEqual(["status: failed", "tool: delete"]);
    expect(field()).toHaveValue("br");
    await waitFor(() => expect(queries().at(-1)).toMatchObject({ text: "status:failed tool:delete br" }));
    expect(await detail("delete_branch")).toBeVisible();
    expect(screen.queryByRole("row", { name: /^search/ })).toBeNull();
  });

  it("lets tokens be taken out by the keyboard and by the pointer, and keeps the focus in the field", async () => {
    open();
    await detail("search");
    await userEvent.type(field(), "status:failed tool:delete source:cli{Enter}rest");
    expect(tokens()).toEqual(["status: failed", "tool: delete", "source: cli"]);
    expect(await axeViolations(document.body)).toEqual([]);
    await userEvent.keyboard("{Backspace}{Home}{Backspace}");
    expect(tokens()).toEqual(["status: failed", "tool: delete"]);
    expect(field()).toHaveValue("res");
    await userEvent.click(screen.getByRole("button", { name: "Remove tool: delete" }));
    expect(field()).toHaveFocus();
    await userEvent.tab({ shift: true });
    expect(screen.getByRole("button", { name: "Remove status: failed" })).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    expect(screen.queryByRole("list", { name: "Filters" })).toBeNull();
    await waitFor(() => expect(queries().at(-1)).toMatchObject({ text: "res" }));
  });

  it("is chosen from a menu as well, which shows what is in", async () => {
    open();
    await detail("search");
    const choose = async (item: string) => {
      await userEvent.click(screen.getByRole("button", { name: "Filter" }));
      await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: item }));
      await userEvent.keyboard("{Escape}");
    };
    await choose("Failed");
    expect(tokens()).toEqual(["status: failed"]);
    await detail("delete_branch");
    await choose("Tool delete_branch");
    expect(tokens()).toEqual(["status: failed", "tool: delete_branch"]);
    await choose("Failed");
    expect(tokens()).toEqual(["tool: delete_branch"]);
    // Nothing matches from here on.
    host.state.runs = host.state.runs.slice(0, 1);
    await choose("Last 7 days");
    await choose("Last 24 hours");
    expect(tokens()).toEqual(["tool: delete_branch", "since: 24h"]);
    await waitFor(() => expect(queries().at(-1)).toMatchObject({ text: "tool:delete_branch since:24h" }));
    await userEvent.click(await screen.findByRole("button", { name: "Clear filter" }));
    expect(await detail("search")).toBeVisible();
    expect(screen.queryByRole("list", { name: "Filters" })).toBeNull();
  });

  it("keeps the focus while one takes back words that found nothing", async () => {
    open();
    await detail("search");
    await userEvent.type(field(), "zz");
    expect(await screen.findByText("No matching runs")).toBeVisible();
    await userEvent.clear(field());
    expect(await detail("search")).toBeVisible();
    expect(field()).toHaveFocus();
    await userEvent.keyboard("{ArrowDown}");
    expect(screen.getByRole("grid", { name: "Runs" })).toHaveFocus();
  });

  it("lets space press the button of a token, which previews a run elsewhere", async () => {
    open();
    await detail("search");
    await userEvent.type(field(), "status:failed{Enter}");
    await userEvent.tab({ shift: true });
    expect(screen.getByRole("button", { name: "Remove status: failed" })).toHaveFocus();
    await userEvent.keyboard(" ");
    expect(screen.queryByRole("list", { name: "Filters" })).toBeNull();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("keeps the selected run when Escape only leaves the field", async () => {
    open();
    await userEvent.click(await screen.findByRole("row", { name: /^delete_branch/ }));
    await userEvent.keyboard("/");
    await userEvent.keyboard("{Escape}");
    expect(screen.getByRole("searchbox", { name: "Filter runs" })).not.toHaveFocus();
    expect(await screen.findByRole("article", { name: "Run of delete_branch" })).toBeVisible();
  });

  it("tells an empty history from one where nothing matches", async () => {
    host.state.runs = [];
    open();
    expect(await screen.findByText("No runs yet")).toBeVisible();
    expect(screen.queryByRole("searchbox")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Browse tools" }));
    expect(await screen.findByLabelText("Address")).toHaveTextContent("/tools");
  });
});

it("reads further pages when the end comes near, each after the last run of the one before", async () => {
  host.state.runs = many(250);
  open();
  await detail("tool_0");
  const grid = screen.getByRole("grid", { name: "Runs" });
  expect(grid).toHaveAttribute("aria-rowcount", "100");
  grid.focus();
  await userEvent.keyboard("{End}");
  Object.defineProperty(grid, "scrollTop", { value: 100 * 46 - 700, configurable: true });
  grid.dispatchEvent(new Event("scroll"));
  await waitFor(() => expect(grid).toHaveAttribute("aria-rowcount", "250"));
  expect(queries().at(-1)).toMatchObject({ before: "run_901", limit: 500 });
});

it("lists a run that began elsewhere as soon as the news comes, and keeps showing the chosen one", async () => {
  const { client } = open();
  await detail("search");
  const begun = runningRun({ id: "run_9", tool: "from_the_terminal" });
  host.state.runs = [begun, ...host.state.runs];
  applyEvent(client, { kind: "run_changed", run: begun });
  expect(await screen.findByRole("row", { name: /^from_the_terminal, Running/ })).toBeVisible();
  expect(await detail("search")).toBeVisible();
});

describe("what can be done", () => {
  it("runs again and shows the new run", async () => {
    host.handlers.replayRun = ({ run: id, confirmed, progress }) => {
      expect({ id, confirmed }).toEqual({ id: "run_3", confirmed: false });
      const again = run({ id: "run_8", tool: "search", durationMs: 77, replayOf: "run_3" });
      host.state.runs = [again, ...host.state.runs];
      (progress as { onmessage: (step: unknown) => void }).onmessage({
        kind: "started",
        run: "run_8",
        identity: again.identity,
      });
      return again;
    };
    open();
    await detail("search");
    await userEvent.keyboard("r");
    await waitFor(async () => expect(within(await detail("search")).getByText(/77 ms/)).toBeVisible());
  });

  it("asks before it repeats a destructive tool", async () => {
    const confirmations: unknown[] = [];
    host.handlers.replayRun = ({ confirmed }) => {
      confirmations.push(confirmed);
      return confirmed === true
        ? run({ id: "run_8", tool: "delete_branch" })
        : Promise.reject(problem({ code: "confirmation_needed" }));
    };
    open("/runs/run_2");
    await userEvent.click(await screen.findByRole("button", { name: "Run again" }));
    const asked = await screen.findByRole("alertdialog", { name: "Run delete_branch again?" });
    expect(within(asked).getByRole("button", { name: "Cancel" })).toHaveFocus();
    expect(confirmations).toEqual([false]);
    await userEvent.click(within(asked).getByRole("button", { name: "Run again" }));
    await waitFor(() => expect(confirmations).toEqual([false, true]));
  });

  it("names who is signed in now before it repeats a destructive tool", async () => {
    const own = host.state.connectors.find((one) => one.id === "con_github")!;
    own.identity = { ...own.identity, credential: "ops", user: "bob" };
    host.handlers.replayRun = () => Promise.reject(problem({ code: "confirmation_needed" }));
    open("/runs/run_2");
    await userEvent.click(await screen.findByRole("button", { name: "Run again" }));
    expect(await screen.findByRole("alertdialog")).toHaveTextContent("as This computer · ops · bob. This tool");
  });

  it("opens the runner with the arguments of the run", async () => {
    open();
    await detail("search");
    await userEvent.keyboard("e");
    expect(await screen.findByLabelText("Address")).toHaveTextContent("/tools/con_github/search?from=run_3");
  });

  it("removes a run only when asked twice", async () => {
    const removed = vi.fn();
    host.handlers.removeRun = ({ run: id }) => {
      removed(id);
      host.state.runs = host.state.runs.filter((one) => one.id !== id);
      return null;
    };
    open();
    await detail("search");
    await userEvent.keyboard("{Backspace}");
    expect(await screen.findByRole("button", { name: "Cancel" })).toBeVisible();
    expect(removed).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole("button", { name: "Delete run" }));
    expect(removed).toHaveBeenCalledWith("run_3");
    expect(await detail("delete_branch")).toBeVisible();
    expect(screen.queryByRole("row", { name: /^search/ })).toBeNull();
  });

  it("stays at the run that was selected while another one was about to run again", async () => {
    let start = () => undefined as void;
    host.handlers.replayRun = ({ progress }) =>
      new Promise((ended) => {
        const again = run({ id: "run_8", tool: "again", replayOf: "run_3" });
        start = () => {
          host.state.runs = [again, ...host.state.runs];
          const step = { kind: "started", run: "run_8", identity: again.identity };
          (progress as { onmessage: (step: unknown) => void }).onmessage(step);
          ended(again);
        };
      });
    open();
    await detail("search");
    await userEvent.keyboard("r");
    await waitFor(() => expect(host.lastCall("replayRun")).toBeDefined());
    await userEvent.click(screen.getByRole("row", { name: /^delete_branch/ }));
    await detail("delete_branch");
    start();
    expect(await screen.findByRole("row", { name: /^again/ })).toBeVisible();
    expect(await detail("delete_branch")).toBeVisible();
  });

  it("tells of a run that was not run again once another one is shown", async () => {
    let fail: (thrown: unknown) => void = () => undefined;
    host.handlers.replayRun = () => new Promise((_, reject) => (fail = reject));
    const { client } = open();
    await detail("search");
    await userEvent.keyboard("r");
    await waitFor(() => expect(host.lastCall("replayRun")).toBeDefined());
    await userEvent.click(screen.getByRole("row", { name: /^delete_branch/ }));
    await detail("delete_branch");
    fail(problem({ message: "the host fell silent" }));
    await waitFor(() =>
      expect(
        clientState(client)
          .get(toastsKey)
          .map(({ text }) => text),
      ).toEqual(["search not run again. The host fell silent."]),
    );
  });

  it("deletes no run that is still running", async () => {
    host.state.runs = [runningRun({ id: "run_9", tool: "busy" }), ...host.state.runs];
    open();
    await detail("busy");
    await userEvent.keyboard("{Backspace}");
    expect(screen.queryByRole("alertdialog")).toBeNull();
    fireEvent.contextMenu(screen.getByRole("row", { name: /^busy/ }));
    expect(await screen.findByRole("menuitem", { name: /^Edit and run/ })).toBeVisible();
    expect(screen.queryByRole("menuitem", { name: /^Delete/ })).toBeNull();
  });

  it("copies the command with the credential that the run named", async () => {
    host.state.runs = [run({ id: "run_4", tool: "search", credential: "work" })];
    open();
    await detail("search");
    await waitFor(async () => {
      await userEvent.keyboard("{Control>}{Shift>}c{/Shift}{/Control}");
      expect(copied.mock.lastCall?.[0]).toContain("patchbay tool run github search --credential work");
    });
  });

  it("copies the command that does the same", async () => {
    open();
    await detail("search");
    await waitFor(async () => {
      await userEvent.keyboard("{Control>}{Shift>}c{/Shift}{/Control}");
      expect(copied.mock.lastCall?.[0]).toBe("patchbay tool run github search query=relay limit:=10");
    });
  });
});

it("says of a run that was removed that it is gone", async () => {
  host.handlers.findRun = () => Promise.reject(problem({ code: "not_found", message: "there is no such run" }));
  open("/runs/run_0");
  expect(await screen.findByText("Run not found")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "All runs" }));
  expect(await screen.findByRole("grid", { name: "Runs" })).toBeVisible();
});

it("says of one under way that it still runs", async () => {
  host.state.runs = [runningRun({ id: "run_3", tool: "search" })];
  open();
  const shown = within(await detail("search"));
  expect(shown.getByText("Still running")).toBeVisible();
  await userEvent.click(shown.getByRole("tab", { name: "Raw" }));
  expect(shown.getByText("Waiting for the result")).toBeVisible();
});

it("asks before it draws a huge answer", async () => {
  host.state.runs = [run({ id: "run_3", tool: "search", resultBytes: 3_400_000 })];
  open();
  const shown = within(await detail("search"));
  expect(shown.queryByRole("tree", { name: "Structured result" })).toBeNull();
  await userEvent.click(shown.getByRole("button", { name: "Show 3.4 MB" }));
  expect(shown.getByRole("tree", { name: "Structured result" })).toBeVisible();
});

it("says of a response that was too large to keep that its result is", async () => {
  const { request, response } = exchange();
  const cut = { request, response: response && { ...response, body: null } };
  host.state.runs = [run({ id: "run_3", tool: "search", resultBytes: 3_400_000, exchange: cut })];
  open();
  const shown = within(await detail("search"));
  await userEvent.click(shown.getByRole("tab", { name: "Raw" }));
  expect(shown.getByText("Responses over 1 MB are kept as their result only")).toBeVisible();
});

it("does not count runs that could not be loaded", async () => {
  host.fail("listRuns", { message: "the disk is full" });
  open();
  expect(await screen.findByText("The disk is full")).toBeVisible();
  expect(screen.queryByText("0")).toBeNull();
  expect(screen.queryByText("0 runs")).toBeNull();
});
