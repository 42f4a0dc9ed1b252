import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { renderApp } from "@/test/renderApp";
import { connector, hostedConnector, manyAccounts } from "@/test/samples";

it("a_tab_in_the_address_is_shown_at_once", async () => {
  renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  expect(await screen.findByRole("tab", { name: "Settings", selected: true })).toBeVisible();
  expect(screen.getByRole("region", { name: "General" })).toBeVisible();
});

it("an_unchecked_connector_says_so_and_can_be_checked_now", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [connector()] });
  const health = within(await screen.findByRole("region", { name: "Health" }));
  expect(health.getByText("Last known: Ready")).toBeVisible();
  expect(health.getByText(/^As seen 1 min ago\./)).toBeVisible();
  expect(health.queryByRole("list", { name: "Doctor" })).toBeNull();
  await user.click(health.getByRole("button", { name: "Check now" }));
  expect(await health.findByRole("list", { name: "Doctor" })).toBeVisible();
  expect(host.lastCall("checkConnector")).toEqual({ connector: "con_github" });
});

it("of_a_hosted_connector_it_is_said_whose_word_its_status_is", async () => {
  const { container } = renderApp("/connectors/con_hosted", { accounts: manyAccounts(), connectors: [hostedConnector()] });
  const health = within(await screen.findByRole("region", { name: "Health" }));
  expect(health.getByText("Last known: Needs sign-in")).toBeVisible();
  expect(health.getByText(/^The last list of tools was refused\. As Mistral · Northlight listed it, 4 min ago\./)).toBeVisible();
  expect(health.queryByText(/checked/i)).toBeNull();
  expect(await axeViolations(container)).toEqual([]);
});
