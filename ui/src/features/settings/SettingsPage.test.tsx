import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";
import { problem } from "@/test/samples";

it("says_that_newer_versions_are_looked_for_where_they_are", async () => {
  renderApp("/settings", {}, (host) => {
    host.state.about.updates = true;
  });
  expect(await screen.findByText(/sign-in servers, and checks for a newer version once a day/)).toBeVisible();
});

it("says_nothing_of_newer_versions_where_none_are_looked_for", async () => {
  renderApp("/settings");
  expect(await screen.findByText(/platforms and their sign-in servers\.$/)).toBeVisible();
});

it("looks_again_for_a_version_that_took_the_place_of_the_one_found", async () => {
  const versions = ["1.2.0", "1.3.0"];
  const { user } = renderApp("/settings", {}, (mock) => {
    mock.state.about.updates = true;
    mock.handlers.checkForUpdate = () => ({ version: versions.shift() ?? "1.3.0", notes: null });
    mock.handlers.installUpdate = () => {
      throw problem({ code: "conflict", message: "Patchbay 1.2.0 was replaced", hint: "Check for updates again." });
    };
  });
  await user.click(await screen.findByRole("button", { name: "Check for updates" }));
  expect(await screen.findByText("Version 1.2.0 available")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Install and restart" }));
  expect(await screen.findByText(/1.2.0 was replaced/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Check for updates" }));
  expect(await screen.findByText("Version 1.3.0 available")).toBeVisible();
  expect(screen.queryByText(/1.2.0 was replaced/)).toBeNull();
});

it("shows_each_part_once_those_above_it_have_their_height", async () => {
  let answer = (): void => undefined;
  renderApp("/settings", {}, (host) => {
    const usual = host.handlers.history;
    host.handlers.history = async (given) => {
      await new Promise<void>((resolve) => (answer = resolve));
      if (!usual) throw new Error("no history");
      return usual(given);
    };
  });
  expect(await screen.findByRole("region", { name: "History" })).toBeVisible();
  expect(screen.queryByRole("region", { name: "Vault" })).toBeNull();
  answer();
  expect(await screen.findByRole("region", { name: "About" })).toBeVisible();
});

it("keeps_both_of_two_limits_that_are_chosen_at_once", async () => {
  const { user, host } = renderApp("/settings");
  const usual = host.handlers.keepRuns!;
  let answer = (): void => undefined;
  host.handlers.keepRuns = async (given) => {
    await new Promise<void>((resolve) => (answer = resolve));
    return usual(given);
  };
  const choose = async (setting: RegExp, option: string) => {
    await user.click(await screen.findByRole("button", { name: setting }));
    await user.click(await screen.findByRole("option", { name: option }));
  };
  await choose(/Keep runs for/, "7 days");
  await choose(/Maximum/, "No limit");
  answer();
  await waitFor(() => expect(host.lastCall("keepRuns")).toEqual({ retention: { days: 7, runs: null } }));
});

it("switches_background_checks_at_once_and_back_if_that_fails", async () => {
  let fail = (): void => undefined;
  const { user } = renderApp("/settings", {}, (host) => {
    host.handlers.switchBackgroundChecks = () =>
      new Promise((_resolve, reject) => (fail = () => reject(problem({ message: "the database is busy" }))));
  });
  const toggle = await screen.findByRole("switch", { name: /Check connectors in the background/ });
  await user.click(toggle);
  await waitFor(() => expect(toggle).not.toBeChecked());
  expect(toggle).toBeEnabled();
  fail();
  expect(await screen.findByText("The database is busy")).toBeVisible();
  expect(toggle).toBeChecked();
});
