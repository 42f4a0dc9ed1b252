import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";
import { connector, manyEntries, manyTools } from "@/test/samples";

/** A key that chooses or confirms what an input method suggests, as WebKit reports it. */
const compose = (field: HTMLElement, key: string) => fireEvent.keyDown(field, { key, keyCode: 229 });

const state = { connectors: [connector()], tools: manyTools(), wallet: manyEntries() };

it.each([
  ["/tools", "Find a tool"],
  ["/catalogue", "Search the catalog"],
  ["/connectors", "Filter connectors"],
])("the_search_field_of_%s_leaves_enter_and_arrows_to_the_input_method", async (path, name) => {
  const { user, history } = renderApp(path, state);
  const field = await screen.findByLabelText(name);
  await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(1));
  await user.click(field);
  compose(field, "ArrowDown");
  compose(field, "Enter");
  expect(field).toHaveFocus();
  await expect(screen.findByRole("dialog", undefined, { timeout: 200 })).rejects.toThrow();
  expect(history.location.pathname).toBe(path);
});

it("the_palette_leaves_arrows_to_the_input_method", async () => {
  const { user } = renderApp("/", state);
  await user.keyboard("{Control>}k{/Control}");
  const field = await screen.findByRole("combobox", { name: "Search or run a command" });
  const chosen = field.getAttribute("aria-activedescendant");
  compose(field, "ArrowDown");
  expect(field).toHaveAttribute("aria-activedescendant", chosen);
});

it("escape_for_the_input_method_does_not_close_a_sheet", async () => {
  const { user } = renderApp("/credentials", state);
  await user.click(await screen.findByRole("row", { name: /^analytics/ }));
  const name = await screen.findByRole("textbox", { name: "Name" });
  compose(name, "Escape");
  expect(name).toBeVisible();
  fireEvent.keyDown(name, { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("textbox", { name: "Name" })).toBeNull());
});
