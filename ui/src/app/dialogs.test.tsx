import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";
import { connector, hostedConnector, manyAccounts, manyEntries } from "@/test/samples";

/** Destructive dialogs: the page, what has the focus before, the key that asks, and what must not be called. */
const asked = [
  {
    name: "remove an account",
    path: "/accounts/acc_cohere",
    opener: () => screen.findByRole("button", { name: /^Remove Cohere/ }),
    key: "{Enter}",
    command: "removeAccount",
  },
  {
    name: "delete a credential",
    path: "/credentials",
    opener: () => screen.findByRole("row", { name: /^analytics/ }),
    key: "{Backspace}",
    command: "removeWalletEntry",
  },
  {
    name: "delete connectors",
    path: "/connectors",
    opener: () => screen.findByRole("row", { name: /^HubSpot/ }),
    key: "{Backspace}",
    command: "deleteConnector",
  },
] as const;

const state = {
  accounts: manyAccounts(),
  wallet: manyEntries(),
  connectors: [hostedConnector(), connector({ title: "Own" })],
};

describe.each(asked)("dialog to $name", ({ path, opener, key, command }) => {
  it.each(["{Enter}", "{Escape}"])("does_nothing_on_%s_and_returns_the_focus", async (answer) => {
    const { user, host } = renderApp(path, state);
    const from = await opener();
    from.focus();
    await user.keyboard(key);
    const dialog = await screen.findByRole("alertdialog");
    await waitFor(() => expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus());
    await user.keyboard(answer);
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    await waitFor(() => expect(from).toHaveFocus());
    expect(host.lastCall(command)).toBeUndefined();
  });
});
