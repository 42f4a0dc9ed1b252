import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type ReplayTarget, type ToolRun } from "@/host/bindings";
import { comparison } from "@/test/historySamples";
import { type MockHost } from "@/test/mockHost";
import { renderApp } from "@/test/renderApp";
import { connector, manyTools, problem, run } from "@/test/samples";

const runs = (): ToolRun[] => [
  run({ id: "run_4", tool: "search", durationMs: 77 }),
  run({ id: "run_3", tool: "delete_branch" }),
  run({ id: "run_2", tool: "search", durationMs: 40 }),
  run({ id: "run_1", tool: "search", durationMs: 30 }),
];

const open = async (at = "/runs", prepare?: (host: MockHost) => void) => {
  const view = renderApp(at, { runs: runs(), connectors: [connector()] }, prepare);
  await screen.findByRole("article", { name: /^Run of/ });
  return view;
};
const row = (name: RegExp) => screen.findByRole("row", { name });

describe("two runs", () => {
  it("are compared once both are marked, the older one as the one before", async () => {
    const { host, user } = await open();
    await user.click(await row(/^search, Done.*77 ms/));
    await user.keyboard("x");
    expect(await row(/^search, selected to compare/)).toBeVisible();
    await user.click(await row(/^search, Done.*30 ms/));
    await user.keyboard("x");
    expect(screen.getByText("2 selected")).toBeVisible();
    await user.click(await row(/^delete_branch/));
    await user.keyboard("{Control>}d{/Control}");
    expect(await screen.findByText("6 changes")).toBeVisible();
    expect(host.lastCall("compareRuns")).toEqual({ before: "run_1", after: "run_4" });
    expect(screen.getByRole("article", { name: "Run of search" })).toBeVisible();
    await user.keyboard("{Escape}");
    expect(screen.queryByText(/selected to compare/)).toBeNull();
  });

  it("are the chosen one and the one before of its tool when none is marked", async () => {
    const { host, user } = await open();
    await user.keyboard("{Control>}d{/Control}");
    expect(await screen.findByText("6 changes")).toBeVisible();
    expect(host.lastCall("compareRuns")).toEqual({ before: "run_2", after: "run_4" });
  });

  it("are compared from the palette too", async () => {
    const { host, user } = await open();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "compare");
    await user.click(await screen.findByRole("option", { name: /^Compare/ }));
    expect(await screen.findByText("6 changes")).toBeVisible();
    expect(host.lastCall("compareRuns")).toEqual({ before: "run_2", after: "run_4" });
  });

  it("are chosen anew once another filter lists other runs", async () => {
    const { host, user } = await open();
    await user.click(await row(/^search, Done.*77 ms/));
    await user.keyboard("x");
    await user.click(await row(/^search, Done.*30 ms/));
    await user.keyboard("x{Control>}d{/Control}");
    expect(await screen.findByText("6 changes")).toBeVisible();
    expect(host.lastCall("compareRuns")).toEqual({ before: "run_1", after: "run_4" });
    await user.type(screen.getByRole("searchbox", { name: "Filter runs" }), "tool:search ");
    await waitFor(() => expect(host.lastCall("compareRuns")).toEqual({ before: "run_2", after: "run_4" }));
  });

  it("are no longer marked once deleted", async () => {
    const { user } = await open();
    await user.click(await row(/^search, Done.*77 ms/));
    await user.keyboard("x");
    expect(screen.getByText("1 selected")).toBeVisible();
    await user.keyboard("{Backspace}");
    await user.click(await screen.findByRole("button", { name: "Delete run" }));
    await waitFor(() => expect(screen.queryByText("1 selected")).toBeNull());
  });

  it("are no longer marked once deleted elsewhere", async () => {
    const { host, user } = await open();
    await user.click(await row(/^search, Done.*77 ms/));
    await user.keyboard("x");
    await user.click(await row(/^delete_branch/));
    await user.keyboard("x");
    expect(screen.getByText("2 selected")).toBeVisible();
    host.state.runs = host.state.runs.filter(({ id }) => id !== "run_4");
    await act(() => host.emit({ kind: "history_changed" }));
    await waitFor(() => expect(screen.getByText("1 selected")).toBeVisible());
    await user.click(await row(/^search, Done.*40 ms/));
    await user.keyboard("x");
    await user.keyboard("{Control>}d{/Control}");
    await waitFor(() => expect(host.lastCall("compareRuns")).toEqual({ before: "run_2", after: "run_3" }));
  });

  it("are named by the address", async () => {
    const { host } = await open("/runs/run_2?with=run_1");
    expect(await screen.findByText("6 changes")).toBeVisible();
    expect(host.lastCall("compareRuns")).toEqual({ before: "run_1", after: "run_2" });
  });
});

it("says so where there is no earlier run of the tool", async () => {
  await open("/runs/run_3");
  await screen.findByRole("article", { name: "Run of delete_branch" });
  screen.getByRole("tab", { name: "Compare" }).click();
  expect(await screen.findByText("Nothing to compare yet")).toBeVisible();
});

it.each([
  ["metadata", "Not kept"],
  ["redacted", "Same structure, values not kept"],
] as const)("calls no runs the same of which only the %s level was kept", async (capture, words) => {
  const bare = runs().map((one) => ({ ...one, capture }));
  const { user } = renderApp("/runs/run_4?with=run_1", { runs: bare, connectors: [connector()] }, (host) => {
    const [after, , , before] = bare as [ToolRun, ToolRun, ToolRun, ToolRun];
    const texts = (["arguments", "outcome"] as const).map((part) => ({ part, lines: [] }));
    host.handlers.compareRuns = () => comparison(before, after, { differences: [], texts });
  });
  const unified = within(await screen.findByRole("region", { name: "Unified view" }));
  expect(unified.getAllByText(words)).toHaveLength(2);
  expect(screen.queryByText(/^No difference/)).toBeNull();
  await user.click(screen.getByRole("radio", { name: "Changes" }));
  const changes = within(await screen.findByRole("region", { name: "Changes" }));
  expect(changes.getAllByText(words)).toHaveLength(2);
  // Identity and timing are always kept.
  expect(changes.getAllByText("No difference")).toHaveLength(2);
});

it("shows what differs as values, as one text and side by side", async () => {
  const { user } = await open("/runs/run_4?with=run_1");
  const unified = await screen.findByRole("region", { name: "Unified view" });
  expect(within(unified).getByText("38 unchanged lines")).toBeVisible();
  await user.click(screen.getByRole("radio", { name: "Side by side" }));
  expect(screen.getByRole("region", { name: "Side by side" })).toBeVisible();
  await user.click(screen.getByRole("radio", { name: "Changes" }));
  const changes = within(screen.getByRole("region", { name: "Changes" }));
  expect(changes.getByText("result.data[0].balance")).toBeVisible();
  expect(changes.getByText("-4200")).toBeVisible();
  expect(within(changes.getByRole("region", { name: "Timing" })).getByText("1.18 s")).toBeVisible();
});

describe("ignored paths", () => {
  it("are taken from a change, for every item of its list", async () => {
    const { host, user } = await open("/runs/run_4?with=run_1");
    await user.click(await screen.findByRole("radio", { name: "Changes" }));
    await user.click(screen.getByRole("button", { name: "Ignore result.data[0].balance" }));
    expect(host.lastCall("ignorePaths")).toEqual({
      before: "run_1",
      after: "run_4",
      paths: ["/outcome/result/**/updatedAt", "/outcome/result/data/*/balance"],
    });
    expect(await screen.findByRole("button", { name: "2 paths ignored" })).toBeVisible();
    expect(document.body).not.toHaveFocus();
  });

  it("are ignored by another try where that failed", async () => {
    const { host, user } = await open("/runs/run_4?with=run_1");
    const usual = host.handlers.ignorePaths!;
    host.fail("ignorePaths", { message: "the database is busy" });
    await user.click(await screen.findByRole("radio", { name: "Changes" }));
    await user.click(screen.getByRole("button", { name: "Ignore result.data[0].balance" }));
    await screen.findByText("The database is busy");
    host.handlers.ignorePaths = usual;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("button", { name: "2 paths ignored" })).toBeVisible();
    await waitFor(() => expect(screen.queryByText("The database is busy")).toBeNull());
  });

  it("are suggested, typed and taken back", async () => {
    const { host, user } = await open("/runs/run_4?with=run_1");
    await user.click(await screen.findByRole("button", { name: "1 path ignored" }));
    await user.click(screen.getByRole("button", { name: "Ignore /outcome/result/requestId" }));
    await user.type(screen.getByRole("textbox", { name: "Path to ignore" }), "total{Enter}");
    await user.click(screen.getByRole("button", { name: "Stop ignoring /outcome/result/**/updatedAt" }));
    expect(host.ignored).toEqual(["/outcome/result/requestId", "total"]);
  });
});

describe("elsewhere", () => {
  const twins = () => {
    const { endpoint, identity } = connector();
    const copy = connector({
      id: "con_copy",
      title: "GitHub of Ada",
      endpoint,
      identity: { ...identity, credential: "ada" },
    });
    const other = connector({ id: "con_other", title: "Another", endpoint: "https://other.example/mcp" });
    const tool = manyTools()[0]?.tool;
    if (!tool) throw new Error("there are tools");
    const tools = ["con_github", "con_copy", "con_other"].map((id) => ({
      connector: id,
      tool: { ...tool, name: "search" },
    }));
    return { connectors: [connector(), other, copy], tools };
  };

  it("runs on another connector that offers the tool, copies first", async () => {
    const { host, user } = renderApp("/runs", { runs: runs(), ...twins() }, (own) => {
      own.handlers.replayRun = ({ elsewhere, progress }) => {
        const again = run({
          id: "run_9",
          tool: "search",
          connector: (elsewhere as ReplayTarget).connector,
          connectorTitle: "GitHub of Ada",
          replayOf: "run_4",
        });
        own.state.runs = [again, ...own.state.runs];
        (progress as { onmessage: (step: unknown) => void }).onmessage({
          kind: "started",
          run: "run_9",
          identity: again.identity,
        });
        return again;
      };
    });
    await screen.findByRole("article", { name: "Run of search" });
    await user.keyboard("a");
    const dialog = within(await screen.findByRole("dialog", { name: "Run search elsewhere" }));
    const options = await dialog.findAllByRole("option");
    expect(options.map((option) => option.textContent.includes("GitHub of Ada"))).toEqual([true, false]);
    await user.click(dialog.getByRole("button", { name: "Run" }));
    expect(host.lastCall("replayRun")).toMatchObject({
      run: "run_4",
      elsewhere: { connector: "con_copy", credential: null },
      confirmed: false,
    });
    expect(await row(/^search, Done, GitHub of Ada/)).toHaveAttribute("aria-selected", "true");
    expect(screen.queryByRole("dialog")).toBeNull();
    // The difference to what it repeats is beside it at once.
    expect(await screen.findByRole("tab", { name: "Compare" })).toHaveAttribute("aria-selected", "true");
    await waitFor(() => expect(host.lastCall("compareRuns")).toEqual({ before: "run_4", after: "run_9" }));
    expect(screen.getByRole("button", { name: /Original run · GitHub · 77 ms/ })).toBeVisible();
  });

  it("shows no error of a repetition on the page", async () => {
    const { user } = renderApp("/runs", { runs: runs(), ...twins() }, (own) =>
      own.fail("replayRun", { code: "network.unreachable", message: "couldn't connect to GitHub" }),
    );
    await screen.findByRole("article", { name: "Run of search" });
    await user.keyboard("r");
    expect(await screen.findByText("Couldn't connect to GitHub")).toBeVisible();
    await user.keyboard("a");
    const dialog = within(await screen.findByRole("dialog", { name: "Run search elsewhere" }));
    expect(await dialog.findAllByRole("option")).toHaveLength(2);
    expect(dialog.queryByText("Couldn't connect to GitHub")).toBeNull();
  });

  it("leaves no error on the page when the dialog is closed", async () => {
    const { user } = renderApp("/runs", { runs: runs(), ...twins() }, (own) =>
      own.fail("replayRun", { code: "network.unreachable", message: "couldn't connect to the copy" }),
    );
    await screen.findByRole("article", { name: "Run of search" });
    await user.keyboard("a");
    const dialog = within(await screen.findByRole("dialog", { name: "Run search elsewhere" }));
    await user.click(await dialog.findByRole("button", { name: "Run" }));
    expect(await dialog.findByText("Couldn't connect to the copy")).toBeVisible();
    await user.click(dialog.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByText("Couldn't connect to the copy")).toBeNull();
  });

  it("says why the connectors with the tool could not be found, and tries again", async () => {
    const { host, user } = renderApp("/runs", { runs: runs(), ...twins() }, (own) =>
      own.fail("listTools", { code: "store.failed", message: "the database cannot be read" }),
    );
    await screen.findByRole("article", { name: "Run of search" });
    await user.keyboard("a");
    const dialog = within(await screen.findByRole("dialog", { name: "Run search elsewhere" }));
    expect(await dialog.findByText("The database cannot be read")).toBeVisible();
    host.handlers.listTools = () => host.state.tools.map(({ connector: of, tool }) => ({ ...tool, connector: of }));
    await user.click(dialog.getByRole("button", { name: "Try again" }));
    expect(await dialog.findAllByRole("option")).toHaveLength(2);
  });

  it("runs on the same connector with another of its platform's credentials", async () => {
    const own = connector({ identity: { ...connector().identity, platform: "mistral", account: "Mistral" } });
    const { tools } = twins();
    const { host, user } = renderApp("/runs", { runs: runs(), connectors: [own], tools: tools.slice(0, 1) });
    await screen.findByRole("article", { name: "Run of search" });
    await user.keyboard("a");
    const dialog = within(await screen.findByRole("dialog", { name: "Run search elsewhere" }));
    expect(await dialog.findAllByRole("option")).toHaveLength(1);
    await user.click(await dialog.findByRole("button", { name: "Change credential" }));
    await user.click(await dialog.findByRole("button", { name: /Credential/ }));
    await user.click(await screen.findByRole("option", { name: /sandbox/ }));
    await user.click(dialog.getByRole("button", { name: "Run" }));
    expect(host.lastCall("replayRun")).toMatchObject({
      elsewhere: { connector: own.id, credential: "sandbox" },
      confirmed: false,
    });
  });

  it("asks before a destructive tool runs there, naming the place", async () => {
    const { host, user } = renderApp("/runs", { runs: runs(), ...twins() }, (own) => {
      own.handlers.replayRun = ({ confirmed }) => {
        if (!confirmed) throw problem({ code: "confirmation_needed" });
        return run({ id: "run_9" });
      };
    });
    await screen.findByRole("article", { name: "Run of search" });
    await user.keyboard("a");
    await user.click(await screen.findByRole("button", { name: "Run" }));
    const asked = await screen.findByRole("alertdialog", { name: "Run search on GitHub of Ada?" });
    expect(within(asked).getByRole("button", { name: "Cancel" })).toHaveFocus();
    await user.click(within(asked).getByRole("button", { name: "Run search" }));
    expect(host.lastCall("replayRun")).toMatchObject({
      elsewhere: { connector: "con_copy", credential: null },
      confirmed: true,
    });
  });

  it("keeps what was chosen when that question is declined", async () => {
    const { user } = renderApp("/runs", { runs: runs(), ...twins() }, (own) => {
      own.handlers.replayRun = () => {
        throw problem({ code: "confirmation_needed" });
      };
    });
    await screen.findByRole("article", { name: "Run of search" });
    await user.keyboard("a");
    await user.click(await screen.findByRole("button", { name: "Run" }));
    await screen.findByRole("alertdialog", { name: "Run search on GitHub of Ada?" });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    expect(screen.getByRole("dialog", { name: "Run search elsewhere" })).toBeVisible();
  });
});

it("peeks at a run and closes with the same key", async () => {
  const { user } = await open();
  (await screen.findByRole("grid", { name: "Runs" })).focus();
  await user.keyboard(" ");
  expect(await screen.findByRole("dialog", { name: "search" })).toBeVisible();
  await user.keyboard(" ");
  expect(screen.queryByRole("dialog")).toBeNull();
});
