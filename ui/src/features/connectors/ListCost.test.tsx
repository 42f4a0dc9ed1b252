import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { renderApp } from "@/test/renderApp";
import { connector, hostedConnector, manyAccounts } from "@/test/samples";
import * as listView from "./listView";

vi.mock("./listView", async (original) => {
  const actual = await original<typeof listView>();
  return {
    ...actual,
    sortConnectors: vi.fn(actual.sortConnectors),
    groupConnectors: vi.fn(actual.groupConnectors),
    tagsOf: vi.fn(actual.tagsOf),
  };
});

it("renders_few_elements_per_row", async () => {
  renderApp("/connectors", { accounts: manyAccounts(), connectors: [hostedConnector()] });
  const row = await screen.findByRole("row", { name: /^HubSpot CRM/ });
  expect(screen.getByRole("button", { name: /^Sign in ?, HubSpot CRM$/ })).toBeVisible();
  // Each is laid out and painted for twenty rows at every key in the filter.
  expect(row.querySelectorAll("*").length).toBeLessThanOrEqual(28);
});

it("does_not_sort_or_group_again_while_filtering", async () => {
  const { user } = renderApp("/connectors", {
    connectors: [connector({ id: "a", title: "Alpha", tags: ["x"] }), connector({ id: "b", title: "Beta" })],
  });
  await screen.findByRole("row", { name: /^Alpha/ });
  await user.click(screen.getByRole("textbox", { name: "Filter connectors" }));
  for (const spy of [listView.sortConnectors, listView.groupConnectors, listView.tagsOf]) vi.mocked(spy).mockClear();
  await user.keyboard("beta");
  await waitFor(() => expect(screen.queryByRole("row", { name: /^Alpha/ })).toBeNull());
  for (const spy of [listView.sortConnectors, listView.groupConnectors, listView.tagsOf])
    expect(spy).not.toHaveBeenCalled();
});

it("keeps_the_selected_row_while_it_is_out_of_sight", async () => {
  const connectors = Array.from({ length: 300 }, (_, index) =>
    connector({ id: `c${index}`, title: `Connector ${String(index).padStart(3, "0")}` }),
  );
  const { user } = renderApp("/connectors", { connectors });
  await screen.findByRole("row", { name: /^Connector 000/ });
  const list = screen.getByRole("grid", { name: "Connectors" });
  list.focus();
  await user.keyboard("{End}{Home}");
  list.scrollTop = 8000;
  fireEvent.scroll(list);
  await waitFor(() => expect(screen.queryByRole("row", { name: /^Connector 001/ })).toBeNull());
  expect(document.getElementById(list.getAttribute("aria-activedescendant") ?? "")).toHaveAccessibleName(
    /^Connector 000/,
  );
});
