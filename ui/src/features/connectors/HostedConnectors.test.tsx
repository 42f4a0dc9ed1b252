import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { axeViolations } from "@/test/axe";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { connector, hostedConnector, manyAccounts, manyHosted, problem } from "@/test/samples";

const state = { accounts: manyAccounts(), connectors: [...manyHosted(), connector()] };
const names = () =>
  within(screen.getByRole("grid", { name: "Connectors" }))
    .getAllByRole("row", { name: /,/ })
    .map((row) => row.getAttribute("aria-label")?.split(",")[0]);

afterEach(() => vi.useRealTimers());

describe("list over all accounts", () => {
  it("shows_rows_while_syncing", async () => {
    const { host, user, container } = renderApp("/connectors", state, (mock) => {
      mock.handlers.syncConnectors = () => new Promise(() => undefined);
    });
    expect(
      await screen.findByRole("row", {
        name: "HubSpot CRM, Needs sign-in, the last list of tools was refused, Mistral · Northlight, Northlight ops, 24 tools",
      }),
    ).toBeVisible();
    expect(host.lastCall("syncConnectors")).toBeDefined();
    expect(screen.getByRole("button", { name: /Refreshing/ })).toBeVisible();
    expect(screen.getByText("Needs sign-in").closest("[title]")).toHaveAttribute(
      "title",
      "Mistral: is_authenticated false",
    );
    await user.keyboard("r");
    expect(host.calls.filter((call) => call.name === "syncConnectors")).toHaveLength(1);
    expect(await axeViolations(container)).toEqual([]);
  });

  it("shows_a_slow_account_until_it_is_dismissed", async () => {
    vi.useFakeTimers({
      shouldAdvanceTime: true,
      toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
    });
    renderApp("/connectors", state, (host) => {
      host.handlers.syncConnectors = ({ each }) => {
        for (const { id, platform } of manyAccounts())
          if (platform !== "cohere" && platform !== "local")
            host.answerSync(each, { account: id, connectors: 1, problem: null });
        return new Promise(() => undefined);
      };
    });
    const line = await screen.findByRole("group", { name: "Accounts" });
    expect(line).toHaveTextContent(/^6 accounts up to date\. Showing data from/);
    await act(() => vi.advanceTimersByTimeAsync(14_000));
    expect(line).toHaveTextContent(/^Cohere · Northlight: no response for 1\d s\. Showing data from \d\d:\d\dStop/);
    expect(screen.getByRole("link", { name: /^Cohere · Northlight ?, slow$/ })).toBeVisible();
    fireEvent.click(within(line).getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(line).toHaveTextContent(/^6 accounts up to date/));
  });

  it("shows_the_problem_of_each_account_with_its_code_and_action", async () => {
    const { user } = renderApp("/connectors", state, (host) =>
      host.respondToSync({
        acc_airbyte: problem({ code: "platform.answer", message: "the answer is HTML" }),
        acc_tenex: problem({ code: "auth.needed", message: "the key is no longer accepted" }),
      }),
    );
    const line = await screen.findByRole("group", { name: "Accounts" });
    await waitFor(() =>
      expect(line).toHaveTextContent(/10ex · Lena: signed out\. The key is no longer accepted\..*auth\.needed/),
    );
    expect(screen.getByRole("row", { name: /^Gmail, Ready/ })).toBeVisible();
    await user.click(within(line).getByRole("button", { name: "1 more" }));
    expect(line).toHaveTextContent(/Airbyte · Growth: couldn't load\. The answer is HTML\..*platform\.answer/);
    await user.click(within(line).getByRole("button", { name: "Sign in" }));
    expect(await screen.findByRole("heading", { name: "10ex · Lena", level: 1 })).toBeVisible();
  });

  it("reports_several_unreachable_accounts_once_and_retries", async () => {
    const { user, host } = renderApp("/connectors", state, (host) => {
      const away = problem({ code: "network.unreachable", message: "couldn't connect" });
      const hosted = manyAccounts().filter(({ platform }) => platform !== "local");
      host.respondToSync(Object.fromEntries(hosted.map(({ id }) => [id, away])));
    });
    const line = await screen.findByRole("group", { name: "Accounts" });
    await waitFor(() => expect(line).toHaveTextContent(/^Couldn't reach 6 accounts\. Check your network\./));
    expect(line).not.toHaveTextContent("more");
    expect(await axeViolations(line)).toEqual([]);
    const calls = () => host.calls.filter((call) => call.name === "syncConnectors").length;
    const before = calls();
    await user.click(within(line).getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(calls()).toBe(before + 1));
  });

  it("is_filtered_by_account_status_and_location", async () => {
    const { user } = renderApp("/connectors?account=acc_cohere", state);
    await screen.findByRole("row", { name: /^Confluence/ });
    expect(names()).toEqual(["Confluence search", "Zendesk search"]);
    await user.click(screen.getByRole("button", { name: "Status" }));
    await user.click(await screen.findByRole("menuitemradio", { name: /^Off/ }));
    expect(names()).toEqual(["Zendesk search"]);
    await user.click(screen.getByRole("button", { name: "Account: Cohere · Northlight" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Any account" }));
    await user.click(screen.getByRole("button", { name: "Status: Off" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Any status" }));
    await user.click(screen.getByRole("radio", { name: /^This computer/ }));
    expect(names()).toEqual(["GitHub"]);
  });
});

describe("hosted connector", () => {
  const keyed = hostedConnector({
    authenticationMethods: ["bearer"],
    identity: { ...hostedConnector().identity, credential: null, level: "organization" },
    status: { ...hostedConnector().status, status: "needs_authorization" },
    nextAction: "enter_key",
    reauthAction: "enter_key",
  });

  it("opens_the_credentials_tab_to_enter_a_key", async () => {
    const { user, host } = renderApp("/connectors", { ...state, connectors: [keyed] });
    const credentials = () => screen.findByRole("tab", { name: "Credentials", selected: true });
    await user.click(await screen.findByRole("button", { name: /^Enter key ?, HubSpot CRM/ }));
    expect(await credentials()).toBeVisible();
    // It is there already.
    expect(screen.queryByRole("button", { name: /^Enter key/ })).toBeNull();
    await user.click(screen.getByRole("tab", { name: "Overview" }));
    await user.click(await screen.findByRole("button", { name: /^Enter key/ }));
    expect(await credentials()).toBeVisible();
    await user.click(screen.getByRole("link", { name: /^Home/ }));
    await user.click(await screen.findByRole("button", { name: /^Enter key ?, HubSpot CRM/ }));
    expect(await credentials()).toBeVisible();
    expect(host.lastCall("checkConnector")).toBeUndefined();
  });

  it("shows_no_credential_if_the_platform_names_none", async () => {
    const { user } = renderApp("/connectors", {
      ...state,
      connectors: [keyed, connector({ identity: { ...connector().identity, credential: null, level: null } })],
    });
    const row = await screen.findByRole("row", { name: /^HubSpot CRM/ });
    expect(within(row).getByTitle("Mistral · Northlight · organization")).toBeVisible();
    expect(
      within(screen.getByRole("row", { name: /^GitHub/ })).getByTitle("This computer · No credential"),
    ).toBeVisible();
    await user.dblClick(within(row).getByText("HubSpot CRM"));
    await screen.findByRole("heading", { name: "HubSpot CRM", level: 1 });
    expect(screen.queryByText(/No credential/)).toBeNull();
  });

  it("is_deleted_at_its_platform_only_after_a_confirmation", async () => {
    const { user, host } = renderApp("/connectors", { ...state, connectors: [hostedConnector()] });
    await screen.findByRole("row", { name: /^HubSpot/ });
    await user.keyboard("{Backspace}");
    const dialog = await screen.findByRole("alertdialog", { name: "Delete HubSpot CRM from Mistral · Northlight?" });
    expect(await axeViolations(dialog)).toEqual([]);
    expect(host.lastCall("deleteConnector")).toBeUndefined();
    await user.click(within(dialog).getByRole("button", { name: "Delete connector" }));
    await expectCall(host, "deleteConnector").toEqual({ connector: "con_hosted", confirmed: true });
    expect(host.lastCall("removeConnector")).toBeUndefined();
  });

  it("leaves_the_selection_beside_it_if_it_changed_before_it_was_deleted", async () => {
    const connectors = ["Alpha", "Beta", "Gamma"].map((title) => hostedConnector({ id: title, title }));
    const { user, host } = renderApp("/connectors", { ...state, connectors });
    await screen.findByRole("row", { name: /^Beta/ });
    await user.keyboard("j{Backspace}");
    const dialog = await screen.findByRole("alertdialog", { name: /^Delete Beta/ });
    const changed = hostedConnector({ id: "Beta", title: "Beta", toolCount: 99 });
    await act(() => host.emit({ kind: "connector_changed", connector: changed }));
    await user.click(within(dialog).getByRole("button", { name: "Delete connector" }));
    await waitFor(() => expect(screen.queryByRole("row", { name: /^Beta/ })).toBeNull());
    expect(screen.getByRole("row", { name: /^Gamma/ })).toHaveAttribute("aria-selected", "true");
  });

  it("leaves_the_row_active_that_was_chosen_while_it_was_deleted", async () => {
    const connectors = ["Alpha", "Beta", "Gamma"].map((title) => hostedConnector({ id: title, title }));
    const { user, host } = renderApp("/connectors", { ...state, connectors });
    await screen.findByRole("row", { name: /^Alpha/ });
    const usual = host.handlers.deleteConnector!;
    let answer = () => undefined as void;
    host.handlers.deleteConnector = (given) =>
      new Promise((done) => {
        answer = () => done(usual(given));
      });
    await user.keyboard("{Backspace}");
    const dialog = await screen.findByRole("alertdialog", { name: /^Delete Alpha/ });
    await user.click(within(dialog).getByRole("button", { name: "Delete connector" }));
    await user.click(await within(dialog).findByRole("button", { name: "Close" }));
    await screen.findByRole("row", { name: /^Gamma/ });
    await user.keyboard("jj");
    await waitFor(() => expect(screen.getByRole("row", { name: /^Gamma/ })).toHaveAttribute("aria-selected", "true"));
    answer();
    await waitFor(() => expect(screen.queryByRole("row", { name: /^Alpha/ })).toBeNull());
    expect(screen.getByRole("row", { name: /^Gamma/ })).toHaveAttribute("aria-selected", "true");
  });

  it("leaves_its_page_once_it_is_deleted_although_the_dialog_was_closed", async () => {
    const { user, host } = renderApp("/connectors/con_hosted", state);
    await screen.findByRole("heading", { name: "HubSpot CRM", level: 1 });
    const usual = host.handlers.deleteConnector!;
    let answer = () => undefined as void;
    host.handlers.deleteConnector = (given) =>
      new Promise((done) => {
        answer = () => done(usual(given));
      });
    await user.click(screen.getByRole("button", { name: "More actions" }));
    await user.click(await screen.findByRole("menuitem", { name: /^Delete from/ }));
    const dialog = await screen.findByRole("alertdialog", { name: /^Delete HubSpot CRM/ });
    await user.click(within(dialog).getByRole("button", { name: "Delete connector" }));
    await user.click(await within(dialog).findByRole("button", { name: "Close" }));
    answer();
    expect(await screen.findByRole("heading", { name: "Connectors", level: 1 })).toBeVisible();
    expect(screen.queryByText("Connector not found")).toBeNull();
  });

  it("edits_only_local_settings_and_shows_its_json", async () => {
    const { user, host, container } = renderApp("/connectors/con_hosted?tab=settings", state);
    const tags = await screen.findByRole("textbox", { name: "Tags" });
    expect(screen.queryByRole("textbox", { name: "Title" })).toBeNull();
    expect(screen.queryByRole("switch", { name: /^On/ })).toBeNull();
    expect(await screen.findByRole("region", { name: "Connector JSON" })).toHaveTextContent(`"protocol": "mcp"`);
    await user.type(tags, "crm{Enter}");
    await expectCall(host, "updateConnector").toEqual({ connector: "con_hosted", changes: { tags: ["crm"] } });
    expect(await axeViolations(container)).toEqual([]);
  });

  it("ignores_shortcuts_while_a_menu_is_open", async () => {
    const { user, host } = renderApp("/connectors/con_hosted", { ...state, connectors: [hostedConnector()] });
    await user.click(await screen.findByRole("button", { name: "More actions" }));
    const menu = await screen.findByRole("menu", { name: "More actions" });
    await user.keyboard("c");
    expect(menu).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(menu).not.toBeInTheDocument());
    expect(host.lastCall("startAuthorization")).toBeUndefined();
    await user.keyboard("c");
    await waitFor(() => expect(host.lastCall("startAuthorization")).toBeDefined());
  });

  it("signs_in_on_the_platform_page_without_a_redirect", async () => {
    const { user, host } = renderApp("/connectors", { ...state, connectors: [hostedConnector()] });
    await screen.findByRole("row", { name: /^HubSpot/ });
    await user.keyboard("c");
    const dialog = await screen.findByRole("dialog", { name: "Sign in to HubSpot CRM" });
    expect(await within(dialog).findByText("Waiting for you to sign in")).toBeVisible();
    expect(within(dialog).queryByText("Get the token")).toBeNull();
    expect(within(dialog).queryByRole("textbox")).toBeNull();
    expect(await axeViolations(dialog)).toEqual([]);
    await host.moveAuthorization("aut_con_hosted", { state: "checking" });
    expect(await within(dialog).findByText("Checking connector")).toBeVisible();
  });
});
