import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Problem } from "@/host/bindings";
import { slowAfter } from "@/host/accountSync";
import { axeViolations } from "@/test/axe";
import { need } from "@/test/needSamples";
import { renderApp } from "@/test/renderApp";
import { connector, manyAccounts, manyHosted, problem, vault } from "@/test/samples";

const state = {
  accounts: manyAccounts(),
  connectors: [...manyHosted(), connector({ id: "con_own", title: "Own server" })],
};
const cohere = "acc_cohere";

/** The window at the list of connectors, with what becomes of Cohere's turn; the other accounts are well. */
function at(path: string, fault: Problem) {
  return renderApp(path, state, (host) => {
    const hosted = host.state.accounts.filter(({ platform }) => platform !== "local");
    host.respondToSync(Object.fromEntries(hosted.map(({ id }) => [id, id === cohere ? fault : null])));
  });
}

/** What a fault is and what it shows: the word in the sidebar, the line over the list, the button beside it. */
const faults: { name: string; problem: Problem; word: string; line: RegExp; button: string }[] = [
  {
    name: "an account that is down",
    word: "failing",
    button: "Open account",
    problem: problem({
      code: "network.unreachable",
      message: "couldn't connect to api.cohere.com",
      hint: "Check the network or the base URL.",
    }),
    line: /couldn't load\. Couldn't connect to api\.cohere\.com\. Showing data from/,
  },
  {
    name: "an account that gives no answer in time",
    word: "slow",
    button: "Try again",
    problem: problem({ code: "timed_out", message: "no response in 30 s", hint: "Try again." }),
    line: /couldn't load\. No response in 30 s\. Showing data from/,
  },
  {
    name: "an account that is rate-limited",
    word: "slow",
    button: "Try again",
    problem: problem({
      code: "platform.rate_limited",
      message: "Cohere takes no more requests for 20 s",
      hint: "Wait a little.",
      status: 429,
    }),
    line: /couldn't load\. Cohere takes no more requests for 20 s\. Showing data from/,
  },
  {
    name: "an account that answers with HTML",
    word: "failing",
    button: "Open account",
    problem: problem({
      code: "platform.answer",
      message: "Cohere answered with a page instead of JSON",
      hint: "Check the base URL, or sign in to the network.",
      status: 200,
      retryable: false,
    }),
    line: /couldn't load\. Cohere answered with a page instead of JSON\. Showing data from/,
  },
  {
    name: "an account that loses its key",
    word: "signed out",
    button: "Sign in",
    problem: problem({
      code: "platform.signed_out",
      message: "Cohere does not take the key any more",
      hint: "Enter another key.",
      status: 401,
      retryable: false,
    }),
    line: /: signed out\. Cohere does not take the key any more\. Showing data from/,
  },
];

describe.each(faults)("$name", ({ problem: fault, word, line, button }) => {
  it("is_shown_in_the_sidebar_and_above_the_list_and_hides_no_row", async () => {
    const { container } = at("/connectors", fault);
    expect(await screen.findByRole("link", { name: new RegExp(`^Cohere · Northlight ?, ${word}$`) })).toBeVisible();
    const lines = screen.getByRole("group", { name: "Accounts" });
    expect(lines).toHaveTextContent(line);
    expect(lines).toHaveTextContent(fault.code);
    expect(within(lines).getByRole("button", { name: button })).toBeVisible();
    // Its rows stay, dated, and those of the others are as they were.
    expect(screen.getByRole("row", { name: /^Confluence search, Ready, Cohere · Northlight/ })).toBeVisible();
    expect(screen.getByRole("row", { name: /^Own server, Ready/ })).toBeVisible();
    expect(screen.getByRole("link", { name: "Airbyte · Growth" })).toBeVisible();
    expect(await axeViolations(container)).toEqual([]);
  });

  it("is_shown_on_the_account_page_until_a_test_succeeds", async () => {
    const { user } = at(`/accounts/${cohere}`, fault);
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(fault.code);
    expect(alert).toHaveTextContent(fault.hint ?? "");
    await user.click(within(alert).getByRole("button", { name: "Test sign-in" }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(screen.getByRole("link", { name: "Cohere · Northlight" })).toBeVisible();
  });

  it("keeps_input_while_saving_fails", async () => {
    const { user, host } = at(`/accounts/${cohere}`, fault);
    host.handlers.changeAccountSettings = () => {
      throw fault;
    };
    const settings = await screen.findByRole("region", { name: "Settings" });
    await user.click(within(settings).getByRole("button", { name: "Advanced" }));
    const name = within(settings).getByRole("textbox", { name: "Client name" });
    await user.type(name, "northlight");
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(host.lastCall("changeAccountSettings")).toBeDefined());
    expect(await within(screen.getByRole("region", { name: "Settings" })).findByText(fault.code)).toBeVisible();
    expect(name).toHaveValue("northlight");
  });
});

it("an account that does not respond is slow, can be dismissed, and its late response still counts", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let answer: () => void = () => undefined;
  const { host } = renderApp("/connectors", state, (mock) => {
    mock.handlers.syncConnectors = ({ each }) =>
      new Promise((resolve) => {
        answer = () => {
          for (const { id, platform } of mock.state.accounts)
            if (platform !== "local") mock.answerSync(each, { account: id, connectors: 1, problem: null });
          resolve(null);
        };
      });
  });
  await screen.findByRole("row", { name: /^Confluence search/ });
  act(() => {
    vi.advanceTimersByTime(slowAfter + 1000);
  });
  expect(await screen.findByRole("link", { name: /^Cohere · Northlight ?, slow$/ })).toBeVisible();
  const lines = screen.getByRole("group", { name: "Accounts" });
  expect(lines).toHaveTextContent(/no response for \d+ s\. Showing data from/);
  act(() => within(lines).getAllByRole("button", { name: "Stop" })[0]?.click());
  answer();
  await waitFor(() => expect(screen.queryByRole("link", { name: /, slow$/ })).toBeNull());
  expect(host.calls.filter(({ name }) => name === "syncConnectors")).toHaveLength(1);
  vi.useRealTimers();
});

it("an account that the host cannot load is listed on home until it can", async () => {
  const failing = need({
    kind: "account_failing",
    account: cohere,
    title: "Cohere · Northlight",
    headline: "Couldn't load Cohere · Northlight",
    words: "Cohere answered with a page instead of JSON",
    code: "platform.answer",
    fix: "check",
  });
  const { user, host } = renderApp("/", { ...state, needs: [failing] });
  const row = await screen.findByText("Couldn't load Cohere · Northlight");
  expect(row).toBeVisible();
  host.state.needs = [];
  await user.click(screen.getByRole("button", { name: /^Check ?, Cohere · Northlight/ }));
  await act(() => host.emit({ kind: "accounts_changed" }));
  await waitFor(() => expect(screen.queryByText("Couldn't load Cohere · Northlight")).toBeNull());
});

it("an_account_that_failed_at_a_locked_vault_is_asked_again_once_that_is_open", async () => {
  const locked = vault({ backend: "passphrase", state: "locked" });
  const { host } = renderApp("/connectors", { ...state, vault: locked }, (mock) =>
    mock.respondToSync({ [cohere]: problem({ code: "vault.locked", message: "the vault is locked" }) }),
  );
  expect(await screen.findByRole("link", { name: /^Cohere · Northlight ?, failing$/ })).toBeVisible();
  host.respondToSync({ [cohere]: null });
  host.state.vault = { ...locked, state: "ready" };
  await act(() => host.emit({ kind: "vault_changed", status: host.state.vault }));
  expect(await screen.findByRole("link", { name: "Cohere · Northlight" })).toBeVisible();
});
