import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { renderApp } from "@/test/renderApp";
import { connector, hostedConnector, manyEntries } from "@/test/samples";

const two = { connectors: [connector({ id: "a", title: "Alpha" }), connector({ id: "b", title: "Beta" })] };
const labels = (menu: HTMLElement) =>
  within(menu)
    .getAllByRole("menuitem")
    .map((item) => item.querySelector("span:not([aria-hidden])")?.textContent);

it("opens_at_the_pointer_for_the_row_beneath_it_and_does_what_its_keys_do", async () => {
  const { user, host } = renderApp("/connectors", two);
  fireEvent.contextMenu(await screen.findByRole("row", { name: /^Beta/ }), { clientX: 40, clientY: 60 });
  const menu = await screen.findByRole("menu", { name: /^Beta/ });
  expect(labels(menu)).toEqual(["Open", "Remove", "Check", "Select", "Preview"]);
  expect(await axeViolations(menu)).toEqual([]);
  await user.click(within(menu).getByRole("menuitem", { name: /^Check/ }));
  await waitFor(() => expect(host.lastCall("checkConnector")).toEqual({ connector: "b" }));
  expect(screen.queryByRole("menu")).not.toBeInTheDocument();
});

it("opens_by_the_keyboard_and_gives_the_focus_back", async () => {
  const { user, host } = renderApp("/connectors", two);
  await screen.findByRole("row", { name: /^Alpha/ });
  const list = screen.getByRole("grid", { name: "Connectors" });
  list.focus();
  await user.keyboard("{Home}{Shift>}{F10}{/Shift}");
  const menu = await screen.findByRole("menu", { name: /^Alpha/ });
  // Letters act in no list beneath.
  await user.keyboard("d");
  expect(host.lastCall("checkConnector")).toBeUndefined();
  expect(menu).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(list).toHaveFocus());
  await user.keyboard("{ContextMenu}");
  await user.click(
    within(await screen.findByRole("menu", { name: /^Alpha/ })).getByRole("menuitem", { name: /^Open/ }),
  );
  expect(await screen.findByRole("heading", { name: "Alpha", level: 1 })).toBeVisible();
});

it("offers_of_a_credential_what_can_be_done_with_it", async () => {
  const { user } = renderApp("/credentials", { wallet: manyEntries() });
  const rows = await screen.findAllByRole("row", { name: /, Token/ });
  fireEvent.contextMenu(rows[0] ?? document.body);
  const menu = await screen.findByRole("menu");
  expect(labels(menu)).toEqual(["Open", "Rotate", "Delete"]);
  await user.click(within(menu).getByRole("menuitem", { name: /^Delete/ }));
  expect(await screen.findByRole("alertdialog")).toBeVisible();
});

it("names_what_opening_a_row_does_there", async () => {
  const { user } = renderApp("/credentials", { connectors: [hostedConnector({ title: "HubSpot" })] });
  await user.click(await screen.findByRole("radio", { name: "Platforms" }));
  fireEvent.contextMenu(await screen.findByRole("row", { name: /^HubSpot, .*credential/ }));
  const ofConnector = await screen.findByRole("menu", { name: /^HubSpot/ });
  expect(labels(ofConnector)).toEqual(["Collapse", "Open credentials"]);
  await user.keyboard("{Escape}");
  fireEvent.contextMenu(screen.getByRole("row", { name: /^default, of HubSpot/ }));
  expect(labels(await screen.findByRole("menu", { name: /^default/ }))).toEqual(["Open credentials"]);
});

it("shows_details_of_a_catalog_entry", async () => {
  const { user } = renderApp("/catalogue");
  fireEvent.contextMenu((await screen.findAllByRole("row", { name: /,/ }))[0] ?? document.body);
  const menu = await screen.findByRole("menu");
  expect(labels(menu)).toEqual(["Add", "Details"]);
  await user.click(within(menu).getByRole("menuitem", { name: /^Details/ }));
  expect(await screen.findByRole("dialog")).toBeVisible();
});
