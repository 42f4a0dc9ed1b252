import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { longHistory } from "@/test/historySamples";
import { renderApp } from "@/test/renderApp";
import { problem, run, runningRun } from "@/test/samples";

it("exports what the filter shows and says where it lies", async () => {
  const { host, user } = renderApp("/runs", { runs: [run()] });
  await screen.findByRole("grid", { name: "Runs" });
  await user.type(screen.getByRole("searchbox", { name: "Filter runs" }), "tool:search");
  await user.click(screen.getByRole("button", { name: "Export" }));
  await user.click(await screen.findByRole("menuitem", { name: /^CSV/ }));
  await waitFor(() =>
    expect(host.lastCall("exportRuns")).toMatchObject({
      format: "csv",
      query: { text: "tool:search", limit: 0, before: null },
    }),
  );
  expect((await screen.findAllByText("1 run exported to /home/lena/Downloads/patchbay-runs.csv"))[0]).toBeVisible();
});

it("says why a file could not be written where the button is, and nothing when none was chosen", async () => {
  const { host, user } = renderApp("/runs", { runs: [run()] });
  host.handlers.exportRuns = () => null;
  const exports = async () => {
    await user.click(await screen.findByRole("button", { name: "Export" }));
    await user.click(await screen.findByRole("menuitem", { name: /^JSON Lines/ }));
  };
  await exports();
  expect(screen.queryByText(/exported to/)).toBeNull();
  host.handlers.exportRuns = () => {
    throw problem({ code: "file.failed", message: "couldn't use /full/disk" });
  };
  await exports();
  expect(await screen.findByText("Couldn't use /full/disk")).toBeVisible();
});

it("says that a file is too large to be opened again", async () => {
  const { host, user } = renderApp("/runs", { runs: [run()] });
  const note = "Patchbay can only open files of up to 500 runs";
  host.handlers.exportRuns = () => ({ path: "/runs.jsonl", runs: 600, note });
  await user.click(await screen.findByRole("button", { name: "Export" }));
  await user.click(await screen.findByRole("menuitem", { name: /^JSON Lines/ }));
  expect((await screen.findAllByText(`600 runs exported to /runs.jsonl. ${note}`))[0]).toBeVisible();
});

it("exports one run, and says why it could not", async () => {
  const { host, user } = renderApp("/runs", { runs: [run({ id: "run_1", tool: "search" })] });
  const shown = within(await screen.findByRole("article", { name: "Run of search" }));
  const exportRun = async () => {
    await user.click(shown.getByRole("button", { name: "More actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Export…" }));
  };
  await exportRun();
  expect((await screen.findAllByText("1 run exported to /home/lena/Downloads/patchbay-run.jsonl"))[0]).toBeVisible();
  expect(host.lastCall("exportRun")).toEqual({ run: "run_1" });
  host.handlers.exportRun = () => {
    throw problem({ code: "file.failed", message: "couldn't use /full/disk" });
  };
  await exportRun();
  expect(await shown.findByText("Couldn't use /full/disk")).toBeVisible();
  expect(shown.getByRole("button", { name: "Try again" })).toBeVisible();
  host.handlers.exportRun = () => null;
  await user.click(shown.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(shown.queryByText("Couldn't use /full/disk")).toBeNull());
});

it("keeps runs as long as is chosen beside the list", async () => {
  const { host, user } = renderApp("/runs", { runs: [run()] });
  await user.click(await screen.findByRole("button", { name: "Keep for 90 days" }));
  await user.click(await screen.findByRole("menuitem", { name: "Keep forever" }));
  expect(host.lastCall("keepRuns")).toEqual({ retention: { days: null, runs: 10_000 } });
  expect(await screen.findByRole("button", { name: "Keep forever" })).toBeVisible();
});

it("says why runs are not kept as long as was chosen", async () => {
  const { user } = renderApp("/runs", { runs: [run()] }, (host) =>
    host.fail("keepRuns", { code: "store.failed", message: "Couldn't save the setting" }),
  );
  await user.click(await screen.findByRole("button", { name: "Keep for 90 days" }));
  await user.click(await screen.findByRole("menuitem", { name: "Keep forever" }));
  expect(await screen.findByText("Couldn't save the setting")).toBeVisible();
  expect(screen.getByRole("button", { name: "Keep for 90 days" })).toBeVisible();
});

it("shows in the settings how much there is, and removes what is too old or all when asked twice", async () => {
  const { host, user } = renderApp("/settings", { runs: [run(), run({ id: "run_0" })] }, (own) => {
    own.due = 1;
  });
  expect(await screen.findByText(/^2 runs · 12.4 MB · oldest from/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Delete now" }));
  await waitFor(() => expect(screen.queryByText(/too old/)).toBeNull());
  await user.click(screen.getByRole("button", { name: "Delete all runs…" }));
  expect(await screen.findByRole("button", { name: "Cancel" })).toBeVisible();
  expect(host.lastCall("removeAllRuns")).toBeUndefined();
  await user.click(screen.getByRole("button", { name: "Delete all runs" }));
  expect(await screen.findByText(/^0 runs/)).toBeVisible();
});

it("draws a few of ten thousand runs, and takes in a new one without reading them again", async () => {
  const { host } = renderApp("/runs", { runs: longHistory() });
  const grid = await screen.findByRole("grid", { name: "Runs" });
  expect(screen.getAllByRole("row").length).toBeLessThan(60);
  const before = host.calls.filter(
    ({ name, given }) => name === "listRuns" && (given.query as { limit: number }).limit >= 100,
  ).length;
  const begun = run({ id: "run_99999999", tool: "newest", state: "running", durationMs: null });
  host.state.runs = [begun, ...host.state.runs];
  await host.emit({ kind: "run_changed", run: begun });
  expect(await screen.findByRole("row", { name: /^newest, Running/ })).toBeVisible();
  expect(grid).toHaveAttribute("aria-rowcount", "101");
  const after = host.calls.filter(
    ({ name, given }) => name === "listRuns" && (given.query as { limit: number }).limit >= 100,
  ).length;
  expect(after).toBe(before);
});

it("tells of no failed cancelling once the run has ended", async () => {
  const { host, user } = renderApp("/runs", { runs: [runningRun({ id: "run_1", tool: "search" })] });
  const ended = run({ id: "run_1", tool: "search" });
  host.handlers.cancelRun = async () => {
    host.state.runs = [ended];
    await host.emit({ kind: "run_changed", run: ended });
    throw problem({ code: "not_found", message: "the run is not running" });
  };
  const shown = within(await screen.findByRole("article", { name: "Run of search" }));
  await user.click(shown.getByRole("button", { name: /^Cancel/ }));
  await shown.findByRole("button", { name: /^Run again/ });
  expect(shown.queryByText("The run is not running")).toBeNull();
});

it("counts neither runs nor tools before they are loaded", async () => {
  const { user } = renderApp("/runs", {}, (host) => {
    host.handlers.listRuns = () => new Promise(() => undefined);
    host.handlers.listTools = () => new Promise(() => undefined);
  });
  expect(await screen.findByLabelText("Loading runs")).toBeVisible();
  expect(screen.queryByText("0 runs")).toBeNull();
  await user.click(screen.getByRole("link", { name: /^Tools/ }));
  expect(await screen.findByLabelText("Loading tools")).toBeVisible();
  expect(screen.queryByText("0 tools")).toBeNull();
});
