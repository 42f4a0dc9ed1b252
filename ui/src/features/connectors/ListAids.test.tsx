import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { manyToolChanges } from "@/test/needSamples";
import { renderApp } from "@/test/renderApp";
import { connector, manyAccounts, manyConnectors, manyHosted, problem } from "@/test/samples";

it("a_group_head_shows_the_state_of_its_account_and_opens_it", async () => {
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

it("the_preview_follows_the_selected_row_and_the_list_keeps_the_focus", async () => {
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

it("the_preview_of_one_connector_shows_nothing_of_another", async () => {
  const { user } = renderApp(
    "/connectors",
    { connectors: [connector({ id: "a", title: "Alpha" }), connector({ id: "b", title: "Beta" })] },
    (host) => {
      host.handlers.checkReport = () => {
        throw problem({ message: "The report could not be made" });
      };
    },
  );
  // A check opens the page of its connector.
  for (const [title, keys] of [
    ["Alpha", "d"],
    ["Beta", "{ArrowDown}d"],
  ] as const) {
    await screen.findByRole("row", { name: /^Alpha/, selected: true });
    await user.keyboard(keys);
    await screen.findByRole("heading", { name: title, level: 1 });
    await user.keyboard("{Escape}");
  }
  await screen.findByRole("row", { name: /^Beta/, selected: true });
  await user.keyboard(" ");
  const other = within(await screen.findByRole("complementary", { name: "Preview of Beta" }));
  await user.click(other.getByRole("button", { name: "Copy report" }));
  expect(await other.findByText(/The report could not be made/)).toBeVisible();
  screen.getByRole("grid", { name: "Connectors" }).focus();
  await user.keyboard("{ArrowUp}");
  const preview = within(await screen.findByRole("complementary", { name: "Preview of Alpha" }));
  expect(preview.getByRole("button", { name: "Copy report" })).toBeVisible();
  expect(preview.queryByText(/The report could not be made/)).toBeNull();
});

it("rows_are_selected_by_pointer_and_the_list_keeps_the_focus", async () => {
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

it("the_opened_row_is_selected_after_going_back", async () => {
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

it("the_filters_are_kept_while_a_connector_is_open", async () => {
  const { user } = renderApp("/connectors?account=acc_mistral", {
    accounts: manyAccounts(),
    connectors: [...manyHosted(), ...manyConnectors()],
  });
  await screen.findByRole("row", { name: /^HubSpot CRM, .*Mistral/ });
  await user.keyboard("/hubspot{ArrowDown}{Enter}");
  await screen.findByRole("heading", { name: "HubSpot CRM", level: 1 });
  await user.click(screen.getByRole("button", { name: "Connectors" }));
  expect(await screen.findByRole("textbox", { name: "Filter connectors" })).toHaveValue("hubspot");
  expect(screen.getByRole("button", { name: /^Account: Mistral/ })).toBeVisible();
  expect(screen.getAllByRole("row", { name: /^HubSpot/ })).toHaveLength(1);
});

it("a_filter_that_is_no_longer_offered_hides_nothing", async () => {
  const { user, host } = renderApp("/connectors", {
    connectors: [
      connector({ id: "a", title: "Alpha", tags: ["sales"] }),
      connector({ id: "b", title: "Beta", tags: [] }),
    ],
  });
  await screen.findByRole("row", { name: /^Alpha/ });
  await user.click(screen.getByRole("button", { name: "Tag" }));
  await user.click(await screen.findByRole("menuitemradio", { name: /sales/ }));
  await waitFor(() => expect(screen.queryByRole("row", { name: /^Beta/ })).toBeNull());
  host.state.connectors = host.state.connectors.map((one) => ({ ...one, tags: [] }));
  await host.emit({ kind: "connectors_changed" });
  expect(await screen.findByRole("row", { name: /^Beta/ })).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Filter connectors" }), "nothing");
  await user.click(await screen.findByRole("button", { name: "Clear filter" }));
  expect(await screen.findByRole("row", { name: /^Beta/ })).toBeVisible();
});

it("a_row_shows_changed_tools_and_opens_their_review", async () => {
  const { user } = renderApp("/connectors", { connectors: manyConnectors(), toolChanges: manyToolChanges() });
  await screen.findByRole("row", { name: /^Linear, 3 tools changed/ });
  await user.click(screen.getByRole("button", { name: /^Review changes ?, Linear/ }));
  expect(await screen.findByRole("region", { name: "Changed tools" })).toBeVisible();
});

it("arrow_down_moves_from_the_filter_to_the_rows", async () => {
  const { user } = renderApp("/connectors", { connectors: manyConnectors() });
  await screen.findByRole("row", { name: /^Linear/ });
  await user.keyboard("/linear{ArrowDown}");
  expect(screen.getByRole("grid", { name: "Connectors" })).toHaveFocus();
  expect(screen.getByRole("textbox", { name: "Filter connectors" })).toHaveValue("linear");
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { name: "Linear", level: 1 })).toBeVisible();
});
