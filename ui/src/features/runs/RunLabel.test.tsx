import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { type Json } from "@/host/bindings";
import { renderApp } from "@/test/renderApp";
import { connector, problem, run } from "@/test/samples";

const two = () => [run({ id: "run_2", tool: "newer" }), run({ id: "run_1", tool: "search" })];

it("pins a run, finds it by that, and lets go of it", async () => {
  const { host, user } = renderApp("/runs", { runs: two() });
  await user.click(await screen.findByRole("row", { name: /^search,/ }));
  await screen.findByRole("article", { name: "Run of search" });
  await user.keyboard("p");
  expect(await screen.findByRole("row", { name: /^search, pinned, Done/ })).toBeVisible();
  expect(host.lastCall("labelRun")).toEqual({ run: "run_1", label: { name: null, note: null, pinned: true } });
  await user.click(screen.getByRole("button", { name: "Filter" }));
  await user.click(await screen.findByRole("menuitemcheckbox", { name: "Pinned" }));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("row", { name: /^newer/ })).toBeNull());
  const shown = within(await screen.findByRole("article", { name: "Run of search" }));
  expect(shown.getByText("Pinned")).toBeVisible();
  await user.click(shown.getByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: /^Unpin/ }));
  expect(await screen.findByText("No matching runs")).toBeVisible();
});

it("shows a run by its name, with its note, and says why they were not kept", async () => {
  const { host, user } = renderApp("/runs", { runs: two() });
  const shown = within(await screen.findByRole("article", { name: "Run of newer" }));
  const open = async () => {
    await user.click(shown.getByRole("button", { name: "More actions" }));
    await user.click(await screen.findByRole("menuitem", { name: /^Name and note/ }));
    return within(await screen.findByRole("dialog", { name: "Name and note" }));
  };
  let dialog = await open();
  await user.type(dialog.getByRole("textbox", { name: "Name" }), "Before the move");
  await user.type(dialog.getByRole("textbox", { name: "Note" }), "Two pages.{Enter}See the second.");
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("row", { name: /^newer, Before the move, Done/ })).toBeVisible();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(shown.getByText("Before the move")).toBeVisible();
  expect(shown.getByText(/Two pages.\s+See the second/)).toBeVisible();
  host.handlers.labelRun = () => {
    throw problem({ message: "a note has at most 4000 characters" });
  };
  dialog = await open();
  expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("Before the move");
  await user.clear(dialog.getByRole("textbox", { name: "Name" }));
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await dialog.findByText("A note has at most 4000 characters")).toBeVisible();
  expect(host.lastCall("labelRun")).toMatchObject({ label: { name: null, note: "Two pages.\nSee the second." } });
});

it("does not label what is still running", async () => {
  const running = run({ id: "run_1", tool: "slow", state: "running", durationMs: null, result: null });
  const { host, user } = renderApp("/runs", { runs: [running] });
  const shown = within(await screen.findByRole("article", { name: "Run of slow" }));
  await user.keyboard("p");
  await user.click(shown.getByRole("button", { name: "More actions" }));
  expect(await screen.findByRole("menuitem", { name: /^Pin/ })).toHaveAttribute("aria-disabled", "true");
  expect(host.lastCall("labelRun")).toBeUndefined();
});

it("says of a run whose result was not kept that it was not, and not that there was none", async () => {
  const bare = run({ id: "run_1", tool: "search", capture: "metadata", arguments: {}, result: null, exchange: null });
  const program = connector({ command: { program: "npx", arguments: [], variables: {}, folder: null } });
  const { user, host } = renderApp("/runs", { runs: [bare], connectors: [program] });
  const shown = within(await screen.findByRole("article", { name: "Run of search" }));
  expect(shown.getByText("Only metadata was kept")).toBeVisible();
  expect(shown.getByText("The result isn't kept for this connector.")).toBeVisible();
  expect(shown.queryByText("The tool returned no content.")).toBeNull();
  for (const name of ["Arguments", "Raw", "Sent"]) {
    await user.click(shown.getByRole("tab", { name }));
    expect(shown.getByText("Not kept for this connector")).toBeVisible();
  }
  await user.click(shown.getByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: /^Copy as command/ }));
  const said = await screen.findAllByText("Couldn't copy: the arguments of this run weren't kept");
  expect(said.length).toBeGreaterThan(0);
  expect(host.lastCall("copyText")).toBeUndefined();
});

it("saves the files of an earlier result, each by a button of its own", async () => {
  const sound = { kind: "audio" as const, data: "AAAA", mimeType: "audio/wav" };
  const content = [{ kind: "text" as const, text: "here" }, sound, sound];
  const past = run({ id: "run_1", tool: "speak", result: { content, structured: null, isError: false } });
  const { host, user } = renderApp("/runs", { runs: [past] }, (mock) => {
    mock.handlers.saveAttachment = () => ({ path: "/home/lena/sound.wav", bytes: 3 });
  });
  const shown = within(await screen.findByRole("article", { name: "Run of speak" }));
  await user.click(shown.getByRole("button", { name: "Save sound 2" }));
  expect(await shown.findByText("/home/lena/sound.wav")).toBeVisible();
  expect(host.lastCall("saveAttachment")).toEqual({ run: "run_1", part: 2 });
  expect(shown.getByRole("button", { name: "Save sound 1" })).toBeVisible();
});

it("refuses to copy a command whose integers may have been rounded, and says which", async () => {
  const inexact = run({ id: "run_1", tool: "search", arguments: JSON.parse('{"id": 9007199254740993}') as Json });
  const { host, user } = renderApp("/runs", { runs: [inexact] });
  const shown = within(await screen.findByRole("article", { name: "Run of search" }));
  await user.click(shown.getByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: /^Copy as command/ }));
  const said = await screen.findAllByText("Couldn't copy: id has too many digits to copy exactly");
  expect(said.length).toBeGreaterThan(0);
  expect(host.lastCall("copyText")).toBeUndefined();
});

it("forgets why a name was not kept once the dialog is closed", async () => {
  const { host, user } = renderApp("/runs", { runs: two() });
  await screen.findByRole("article", { name: "Run of newer" });
  host.fail("labelRun", { message: "the database is busy" });
  await user.keyboard("n");
  const dialog = within(await screen.findByRole("dialog", { name: "Name and note" }));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await dialog.findByText("The database is busy");
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  expect(screen.queryByText("The database is busy")).toBeNull();
});
