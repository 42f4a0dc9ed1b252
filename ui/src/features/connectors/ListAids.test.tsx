import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { manyToolChanges } from "@/test/needSamples";
import { renderApp } from "@/test/renderApp";
import { connector, manyAccounts, manyConnectors, manyHosted, problem } from "@/test/samples";

it("the_head_of_an_account_says_how_it_is_and_leads_there", async () => {
  const { user } = renderApp(
    "/connectors",
    {
      accounts: manyAccounts(),
      connectors: [...manyHosted(), ...manyConnectors()],
      preferences: { connectorGroup: "account" },
    },
    (host) =>
      host.respondToSync({ acc_tenex: problem({ code: "auth.needed", message: "the key is no longer accepted" }) }),
  );
  const grid = within(await screen.findByRole("grid", { name: "Connectors" }));
  await waitFor(() => expect(grid.getByRole("rowheader", { name: /10ex · Lena/ })).toHaveTextContent(/Signed out/));
  expect(grid.getByRole("rowheader", { name: /Agent Stack/ })).not.toHaveTextContent(/Signed out|load|Slow/);
  await user.click(grid.getByRole("button", { name: /^Sign in of 10ex/ }));
  expect(await screen.findByRole("heading", { name: "10ex · Lena", level: 1 })).toBeVisible();
});

it("a_quick_look_follows_the_selected_row_and_leaves_the_keys_to_the_list", async () => {
  const { user, container } = renderApp("/connectors", {
    connectors: [connector({ id: "a", title: "Alpha" }), connector({ id: "b", title: "Beta", toolCount: 7 })],
  });
  await screen.findByRole("row", { name: /^Alpha/ });
  await user.keyboard(" ");
  const look = within(await screen.findByRole("complementary", { name: "Preview of Alpha" }));
  expect(look.getByText("Last status: Ready")).toBeVisible();
  expect(await axeViolations(container)).toEqual([]);
  await user.keyboard("{ArrowDown}");
  expect(await screen.findByRole("complementary", { name: "Preview of Beta" })).toHaveTextContent("7 tools");
  expect(screen.getByRole("grid", { name: "Connectors" })).toHaveFocus();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("complementary")).toBeNull();
});

it("rows_are_picked_by_the_pointer_too_and_the_list_keeps_the_keys", async () => {
  const { user } = renderApp("/connectors", {
    connectors: [
      connector({ id: "a", title: "Alpha" }),
      connector({ id: "b", title: "Beta" }),
      connector({ id: "c", title: "Gamma" }),
    ],
  });
  await screen.findByRole("row", { name: /^Beta/ });
  await user.click(screen.getByRole("button", { name: "Select Beta" }));
  expect(await screen.findByRole("group", { name: "Selected connectors" })).toHaveTextContent("1 selected");
  expect(screen.getByRole("button", { name: "Select Beta" })).toHaveAttribute("aria-pressed", "true");
  expect(screen.getByRole("grid", { name: "Connectors" })).toHaveFocus();
  await user.keyboard("{ArrowDown}x");
  expect(screen.getByRole("row", { name: /^Gamma/ })).toHaveAttribute("aria-selected", "true");
});

it("whoever_comes_back_finds_the_row_that_was_opened", async () => {
  const { user } = renderApp("/connectors", {
    connectors: [connector({ id: "a", title: "Alpha" }), connector({ id: "b", title: "Beta" })],
  });
  await screen.findByRole("row", { name: /^Beta/ });
  await user.keyboard("{ArrowDown}{Enter}");
  await screen.findByRole("heading", { name: "Beta", level: 1 });
  await waitFor(() => expect(document.body).not.toHaveFocus());
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.getByRole("grid", { name: "Connectors" })).toHaveFocus());
  expect(screen.getByRole("row", { name: /^Beta/ })).toHaveAttribute("aria-selected", "true");
});

it("a_ready_connector_whose_tools_changed_says_so_and_leads_to_them", async () => {
  const { user } = renderApp("/connectors", { connectors: manyConnectors(), toolChanges: manyToolChanges() });
  await screen.findByRole("row", { name: /^Linear, 3 tools changed/ });
  await user.click(screen.getByRole("button", { name: /^Review changes ?, Linear/ }));
  expect(await screen.findByRole("region", { name: "Changed tools" })).toBeVisible();
});

it("the_arrow_leads_from_the_filter_to_the_rows", async () => {
  const { user } = renderApp("/connectors", { connectors: manyConnectors() });
  await screen.findByRole("row", { name: /^Linear/ });
  await user.keyboard("/linear{ArrowDown}");
  expect(screen.getByRole("grid", { name: "Connectors" })).toHaveFocus();
  expect(screen.getByRole("textbox", { name: "Filter connectors" })).toHaveValue("linear");
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { name: "Linear", level: 1 })).toBeVisible();
});
