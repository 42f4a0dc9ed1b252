import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";
import { connector } from "@/test/samples";

it("a_tab_in_the_address_is_shown_at_once", async () => {
  renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  expect(await screen.findByRole("tab", { name: "Settings", selected: true })).toBeVisible();
  expect(screen.getByRole("region", { name: "General" })).toBeVisible();
});
