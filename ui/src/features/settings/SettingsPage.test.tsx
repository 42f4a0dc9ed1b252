import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";

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
