import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { type ToolRun } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { cacheHolds } from "@/test/cacheHolds";
import { renderApp } from "@/test/renderApp";
import { problem, run } from "@/test/samples";

/** The window with one run of its own, in which a file with these runs is opened. */
async function openFile(runs: ToolRun[]) {
  const app = renderApp("/runs", { runs: [run({ tool: "ours" })] }, (host) => {
    host.handlers.openRunsFile = () => ({ name: "theirs.jsonl", runs });
  });
  await choose(app.user);
  const dialog = await screen.findByRole("dialog", { name: "Exported runs" });
  expect(within(dialog).getByText("From theirs.jsonl. Not in your history.")).toBeVisible();
  return { ...app, dialog };
}

async function choose(user: ReturnType<typeof renderApp>["user"]) {
  await user.click(await screen.findByRole("button", { name: "More actions for runs" }));
  await user.click(await screen.findByRole("menuitem", { name: "Open exported runs…" }));
}

it("shows_a_list_then_one_run_and_keeps_nothing_after_closing", async () => {
  // Ids of a file may be anything, the same ones twice or those of runs here.
  const first = run({ tool: "first", arguments: { query: "their words" } });
  const second = run({
    tool: "second",
    origin: { kind: "client", name: "Their client" },
    connectorTitle: "Their wiki",
  });
  const { user, host, client, dialog } = await openFile([first, second]);
  const list = within(dialog).getByRole("grid", { name: "Exported runs" });
  expect(within(list).getAllByRole("row")).toHaveLength(2);
  expect(await axeViolations(dialog)).toEqual([]);
  await user.click(within(list).getByRole("row", { name: /^second, Done, Their wiki/ }));
  const other = within(await within(dialog).findByRole("article", { name: "Run of second" }));
  expect(other.getByText(/By Their client/)).toBeVisible();
  await user.click(other.getByRole("button", { name: "Back" }));
  await user.click(await within(dialog).findByRole("row", { name: /^first/ }));
  const shown = within(await within(dialog).findByRole("article", { name: "Run of first" }));
  expect(shown.queryByText(/By you/)).toBeNull();
  await user.click(shown.getByRole("tab", { name: "Arguments" }));
  expect(await shown.findByText(/their words/)).toBeVisible();
  expect(await axeViolations(dialog)).toEqual([]);
  expect(cacheHolds(client, "their words")).toBe(true);
  await user.click(within(dialog).getByRole("button", { name: "Close" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(cacheHolds(client, "their words")).toBe(false));
  expect(screen.queryByRole("row", { name: /^(first|second)/ })).toBeNull();
  expect(host.state.runs).toHaveLength(1);
});

it("gives_the_ids_of_a_file_to_no_command_and_offers_nothing_to_do", async () => {
  const theirs = { id: "run_theirs", connector: "con_theirs", tool: "theirs" };
  const content = [{ kind: "image" as const, data: "AAAA", mimeType: "image/png" }];
  const { user, host, dialog } = await openFile([run({ ...theirs, result: { ...run().result!, content } })]);
  const shown = within(await within(dialog).findByRole("article", { name: "Run of theirs" }));
  for (const tab of shown.getAllByRole("tab")) await user.click(tab);
  expect(shown.queryByRole("button", { name: /Run|Edit|Back|Save|More actions|Compare/ })).toBeNull();
  expect(shown.queryByRole("link")).toBeNull();
  await user.keyboard("rpna{Backspace}");
  expect(screen.getAllByRole("dialog")).toHaveLength(1);
  expect(JSON.stringify(host.calls)).not.toMatch(/run_theirs|con_theirs/);
});

it("acts_on_no_problem_that_a_file_tells", async () => {
  const refused = problem({
    code: "reference.not_allowed",
    message: "a program isn't allowed",
    detail: "cmd://their-program",
    hint: null,
    retryable: true,
  });
  const { dialog } = await openFile([run({ tool: "theirs", state: "failed", problem: refused, result: null })]);
  const notice = within(await within(dialog).findByRole("alert"));
  expect(notice.getByText("A program isn't allowed")).toBeVisible();
  expect(notice.getByText(/their-program/)).toBeVisible();
  expect(notice.getAllByRole("button").map((one) => one.textContent)).toEqual(["reference.not_allowed"]);
});

it("does_not_wait_for_a_run_that_was_exported_while_it_was_running", async () => {
  const { user, dialog } = await openFile([
    run({ tool: "theirs", state: "running", durationMs: null, result: null, exchange: null, timings: null }),
  ]);
  expect(await within(dialog).findByText("It was exported before it finished.")).toBeVisible();
  await user.click(within(dialog).getByRole("tab", { name: "Raw" }));
  expect(within(dialog).getByText("No response received")).toBeVisible();
});

it("says_why_a_file_cannot_be_read_and_nothing_when_none_was_chosen", async () => {
  const { user, host } = renderApp("/runs");
  await choose(user);
  expect(screen.queryByRole("dialog")).toBeNull();
  host.handlers.openRunsFile = () => {
    throw problem({ code: "usage.invalid", message: "that file holds no exported runs" });
  };
  await choose(user);
  expect(await screen.findByText("That file holds no exported runs")).toBeVisible();
  host.handlers.openRunsFile = () => ({ name: "theirs.jsonl", runs: [run()] });
  await user.click(screen.getByRole("button", { name: "Choose file…" }));
  expect(await screen.findByRole("dialog", { name: "Exported runs" })).toBeVisible();
  expect(screen.queryByText("That file holds no exported runs")).toBeNull();
});
