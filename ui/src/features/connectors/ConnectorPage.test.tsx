import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";
import { connector } from "@/test/samples";

it("a_tab_in_the_address_is_shown_at_once", async () => {
  renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  expect(await screen.findByRole("tab", { name: "Settings", selected: true })).toBeVisible();
  expect(screen.getByRole("region", { name: "General" })).toBeVisible();
});

it("an_unchecked_connector_says_so_and_can_be_checked_now", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [connector()] });
  const health = within(await screen.findByRole("region", { name: "Health" }));
  expect(health.getByText(/^Not checked/)).toBeVisible();
  expect(health.queryByRole("list", { name: "Doctor" })).toBeNull();
  await user.click(health.getByRole("button", { name: "Check now" }));
  expect(await health.findByRole("list", { name: "Doctor" })).toBeVisible();
  expect(host.lastCall("checkConnector")).toEqual({ connector: "con_github" });
});
