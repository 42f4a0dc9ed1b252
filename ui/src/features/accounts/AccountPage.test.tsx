import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeAll, describe, expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { type CallOperation } from "@/host/bindings";
import { cacheHolds } from "@/test/cacheHolds";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { account, manyAccounts, manyHosted, manyOperations, problem, run } from "@/test/samples";

const state = { accounts: manyAccounts(), connectors: manyHosted() };
const lost = problem({
  code: "auth.needed",
  message: "the key is no longer accepted",
  hint: "Enter another key.",
  retryable: false,
});

/** The settings of an account, with the advanced ones unfolded. */
async function openAdvanced(user: ReturnType<typeof renderApp>["user"]) {
  const settings = within(await screen.findByRole("region", { name: "Settings" }));
  await user.click(settings.getByRole("button", { name: "Advanced" }));
  return settings;
}

describe("sidebar", () => {
  it("names_its_links_and_buttons_while_collapsed", async () => {
    const { container } = renderApp("/", { ...state, preferences: { sidebarCollapsed: true } }, (host) =>
      host.respondToSync({ acc_tenex: lost }),
    );
    const bar = within(await screen.findByRole("navigation", { name: "Navigation" }));
    await bar.findByRole("button", { name: "Expand sidebar" });
    expect(await bar.findByRole("link", { name: /^Home ?\d+ needs? attention$/ })).toHaveAttribute("title", "Home");
    expect(bar.getByText("Connectors")).toHaveClass("unseen");
    expect(bar.getByRole("link", { name: /^Connectors/ })).toHaveAttribute("title", "Connectors");
    expect(await bar.findByRole("link", { name: /^10ex · Lena ?, signed out$/ })).toBeVisible();
    expect(bar.getByRole("button", { name: /^Search/ })).toHaveAttribute("title", "Search or run a command");
    expect(await axeViolations(container)).toEqual([]);
  });

  it("shows_an_icon_only_for_accounts_with_a_problem", async () => {
    const { container } = renderApp("/", state, (host) =>
      host.respondToSync({
        acc_mistral: null,
        acc_tenex: lost,
        acc_cohere: problem({ code: "timed_out", message: "no response in 30 s" }),
      }),
    );
    const list = await screen.findByRole("list", { name: "Accounts" });
    expect(await within(list).findByRole("link", { name: /^10ex · Lena ?, signed out$/ })).toBeVisible();
    expect(within(list).getByRole("link", { name: /^Cohere · Northlight ?, slow$/ })).toBeVisible();
    expect(within(list).getByRole("link", { name: "Mistral · Northlight" })).toHaveAttribute(
      "href",
      "/accounts/acc_mistral",
    );
    expect(screen.getByText("Cohere · Northlight is slow. 10ex · Lena signed out")).toHaveAttribute(
      "aria-live",
      "polite",
    );
    expect(await axeViolations(container)).toEqual([]);
  });
});

describe("account", () => {
  // The form of JSON settings is loaded when it is first shown; that is not what is measured here.
  beforeAll(() => import("@/components/SchemaForm/SchemaForm"), 30_000);

  it("shows_its_details_and_tests_the_sign_in_with_t", async () => {
    const { user, host, container } = renderApp("/accounts/acc_mistral", state);
    expect(await screen.findByRole("heading", { name: "Mistral · Northlight", level: 1 })).toBeVisible();
    expect(screen.getByText("1 connector")).toBeVisible();
    expect(await axeViolations(container)).toEqual([]);
    host.handlers.testAccount = () => {
      throw lost;
    };
    await user.keyboard("t");
    expect(await screen.findByText("The key is no longer accepted")).toBeVisible();
    expect(screen.getByRole("link", { name: /^Mistral · Northlight ?, signed out$/ })).toHaveAttribute(
      "aria-current",
      "page",
    );
  });

  it("is_renamed", async () => {
    const { user, host } = renderApp("/accounts/acc_mistral", state);
    const label = await screen.findByRole("textbox", { name: "Account name" });
    await user.clear(label);
    await user.type(label, "Work{Enter}");
    expect(await screen.findByRole("heading", { name: "Work", level: 1 })).toBeVisible();
    expect(host.lastCall("renameAccount")).toEqual({ account: "acc_mistral", label: "Work" });
  });

  it("keeps_the_focus_in_the_name_and_shows_one_that_is_given_elsewhere", async () => {
    const { user, host } = renderApp("/accounts/acc_mistral", state);
    const label = await screen.findByRole("textbox", { name: "Account name" });
    await user.type(label, " 2{Enter}");
    await screen.findByRole("heading", { name: "Mistral · Northlight 2", level: 1 });
    expect(label).toHaveFocus();
    host.state.accounts = host.state.accounts.map((one) =>
      one.id === "acc_mistral" ? { ...one, label: "Elsewhere" } : one,
    );
    await act(() => host.emit({ kind: "accounts_changed" }));
    await waitFor(() => expect(label).toHaveValue("Elsewhere"));
  });

  it("replaces_its_key_and_keeps_the_input_on_failure", async () => {
    const { user, host } = renderApp("/accounts/acc_cohere", state, (mock) => {
      mock.handlers.replaceAccountSecrets = () => {
        throw lost;
      };
    });
    const key = await screen.findByLabelText(/^API key/, { selector: "input" });
    await user.type(key, "co-2{Enter}");
    expect(await screen.findByText("auth.needed")).toBeVisible();
    expect(key).toHaveValue("co-2");
    host.handlers.replaceAccountSecrets = () =>
      account({ id: "acc_cohere", platform: "cohere", label: "Cohere · Northlight" });
    await user.type(key, "{Enter}");
    await waitFor(() => expect(key).toHaveValue(""));
    expect(host.lastCall("replaceAccountSecrets")).toEqual({
      account: "acc_cohere",
      secrets: { api_key: { kind: "new", secret: "co-2" } },
    });
  });

  it("is_synced_anew_if_its_key_is_replaced_during_a_sync", async () => {
    const ends: (() => void)[] = [];
    const { user } = renderApp("/accounts/acc_cohere", state, (mock) => {
      mock.handlers.syncConnectors = () => new Promise((resolve) => ends.push(() => resolve(null)));
    });
    await waitFor(() => expect(ends).toHaveLength(1));
    await user.type(await screen.findByLabelText(/^API key/, { selector: "input" }), "co-2{Enter}");
    await screen.findByText("Key of Cohere · Northlight replaced");
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await waitFor(() => expect(ends).toHaveLength(2));
    ends[1]?.();
    await new Promise((settled) => setTimeout(settled, 20));
    expect(ends).toHaveLength(2);
  });

  it("sends_its_key_once_and_none_of_spaces_only", async () => {
    const { user, host } = renderApp("/accounts/acc_cohere", state, (mock) => {
      mock.handlers.replaceAccountSecrets = () => new Promise(() => undefined);
    });
    const key = await screen.findByLabelText(/^API key/, { selector: "input" });
    const calls = () => host.calls.filter(({ name }) => name === "replaceAccountSecrets");
    await user.type(key, "  {Enter}");
    expect(calls()).toHaveLength(0);
    await user.type(key, "co-2{Enter}{Enter}");
    await waitFor(() => expect(calls()).toHaveLength(1));
    await user.type(key, "{Enter}");
    expect(calls()).toHaveLength(1);
  });

  it("signs_in_again_without_a_key_where_none_is_needed", async () => {
    const keyless = account({ id: "acc_stack", platform: "agentstack", label: "Stack", isSignedOut: true });
    const { user, host } = renderApp("/accounts/acc_stack", { ...state, accounts: [account(), keyless] });
    const form = await screen.findByRole("region", { name: "Sign in" });
    await user.click(within(form).getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(host.lastCall("replaceAccountSecrets")).toEqual({ account: "acc_stack", secrets: {} }));
    expect(await screen.findByRole("region", { name: "Replace key" })).toBeVisible();
  });

  it("tells_that_a_key_was_not_replaced_after_the_page_was_left", async () => {
    let refuse: (problem: unknown) => void = () => undefined;
    const { user } = renderApp("/accounts/acc_cohere", state, (host) => {
      host.handlers.replaceAccountSecrets = () =>
        new Promise((_, reject) => {
          refuse = reject;
        }) as never;
    });
    const form = within(await screen.findByRole("region", { name: "Replace key" }));
    await user.type(form.getByLabelText(/^API key/, { selector: "input" }), "co-next{Enter}");
    await user.click(screen.getByRole("link", { name: /^Connectors/ }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Replace key" })).toBeNull());
    act(() => refuse(problem({ code: "network.unreachable", message: "Cohere could not be reached" })));
    const told = await screen.findByRole("region", { name: "Notifications" });
    expect(told).toHaveTextContent("Key not replaced. Cohere could not be reached");
  });

  it("confirms_removal_and_lists_the_consequences", async () => {
    const { user, host } = renderApp("/accounts/acc_cohere", state);
    await user.click(await screen.findByRole("button", { name: "Remove Cohere · Northlight" }));
    expect(
      screen.getByText("Removes the account and its connectors from Patchbay. Nothing changes on Cohere."),
    ).toBeInTheDocument();
    const dialog = await screen.findByRole("alertdialog", { name: "Remove Cohere · Northlight?" });
    expect(dialog).toHaveTextContent(/2 connectors are removed from Patchbay.*Nothing changes on Cohere/);
    expect(await axeViolations(dialog)).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Remove account" }));
    await waitFor(() => expect(screen.queryByRole("link", { name: "Cohere · Northlight" })).toBeNull());
    expect(host.lastCall("removeAccount")).toEqual({ account: "acc_cohere" });
  });

  it("counts_as_removed_where_it_was_removed_elsewhere", async () => {
    const { user } = renderApp("/accounts/acc_cohere", state, (host) =>
      host.fail("removeAccount", { code: "not_found", message: "account not found" }),
    );
    await user.click(await screen.findByRole("button", { name: "Remove Cohere · Northlight" }));
    await user.click(await screen.findByRole("button", { name: "Remove account" }));
    await waitFor(() => expect(screen.queryByRole("link", { name: "Cohere · Northlight" })).toBeNull());
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });

  it("has_a_colour_that_can_be_changed", async () => {
    const { user, host } = renderApp("/accounts/acc_cohere", state);
    await user.click(await screen.findByRole("radio", { name: "Violet" }));
    expect(screen.getByRole("radio", { name: "Violet" })).toBeChecked();
    expect(host.lastCall("colourAccount")).toEqual({ account: "acc_cohere", colour: "violet" });
    const link = screen.getByRole("link", { name: /Cohere · Northlight/ });
    expect(link.querySelector("[data-colour=violet]")).not.toBeNull();
    await user.click(screen.getByRole("radio", { name: "None" }));
    expect(host.lastCall("colourAccount")).toEqual({ account: "acc_cohere", colour: null });
  });

  it("has_the_colour_chosen_last_however_late_the_host_answers", async () => {
    const answers: (() => void)[] = [];
    const { user, host } = renderApp("/accounts/acc_cohere", state, (mock) => {
      const usual = mock.handlers.colourAccount!;
      mock.handlers.colourAccount = (given) => new Promise((done) => answers.push(() => done(usual(given))));
    });
    await user.click(await screen.findByRole("radio", { name: "Violet" }));
    await user.click(screen.getByRole("radio", { name: "Red" }));
    await waitFor(() => expect(answers).toHaveLength(1));
    act(() => answers[0]?.());
    const link = screen.getByRole("link", { name: /Cohere · Northlight/ });
    await waitFor(() => expect(link.querySelector("[data-colour=violet]")).not.toBeNull());
    expect(screen.getByRole("radio", { name: "Red" })).toBeChecked();
    await waitFor(() => expect(answers).toHaveLength(2));
    act(() => answers[1]?.());
    await waitFor(() => expect(host.state.accounts.find(({ id }) => id === "acc_cohere")?.colour).toBe("red"));
    expect(screen.getByRole("radio", { name: "Red" })).toBeChecked();
  });

  it("tests_settings_without_saving_and_then_saves", async () => {
    const { user, host, container } = renderApp("/accounts/acc_mistral", state);
    const settings = await openAdvanced(user);
    await user.click(settings.getByRole("button", { name: /Region/ }));
    await user.click(await screen.findByRole("option", { name: "us" }));
    await user.click(settings.getByRole("button", { name: /^Test/ }));
    expect(await settings.findByText("Settings work")).toBeVisible();
    expect(host.lastCall("tryAccountSettings")).toEqual({
      account: "acc_mistral",
      settings: { region: "us" },
      secrets: {},
    });
    expect(host.lastCall("changeAccountSettings")).toBeUndefined();
    expect(await axeViolations(container)).toEqual([]);
    await user.keyboard("{Control>}s{/Control}");
    await expectCall(host, "changeAccountSettings").toEqual({
      account: "acc_mistral",
      settings: { region: "us" },
      secrets: {},
    });
    await waitFor(() =>
      expect(
        within(screen.getByRole("region", { name: "Settings" })).getByRole("button", { name: /^Save/ }),
      ).toBeDisabled(),
    );
  });

  it("keeps_settings_that_fail_the_test_and_shows_why", async () => {
    const { user } = renderApp("/accounts/acc_mistral", state, (host) =>
      host.fail("tryAccountSettings", {
        code: "network.dns",
        message: "could not find nowhere.example",
        hint: "Check the base URL.",
      }),
    );
    const settings = await openAdvanced(user);
    const address = settings.getByRole("textbox", { name: "Base URL" });
    await user.type(address, "https://nowhere.example");
    await user.type(settings.getByLabelText(/^API key/, { selector: "input" }), "ms-2");
    await user.click(within(screen.getByRole("region", { name: "Settings" })).getByRole("button", { name: /^Test/ }));
    expect(await screen.findByText("Could not find nowhere.example")).toBeVisible();
    expect(address).toHaveValue("https://nowhere.example");
  });

  it("says_nothing_of_settings_that_were_discarded", async () => {
    const { user, host } = renderApp("/accounts/acc_mistral", state);
    const settings = await openAdvanced(user);
    const choose = async (region: string) => {
      await user.click(settings.getByRole("button", { name: /Region/ }));
      await user.click(await screen.findByRole("option", { name: region }));
    };
    await choose("us");
    await user.click(settings.getByRole("button", { name: /^Test/ }));
    await settings.findByText("Settings work");
    await user.click(settings.getByRole("button", { name: "Discard changes" }));
    expect(settings.queryByText("Settings work")).toBeNull();
    host.fail("changeAccountSettings", { message: "the platform is down" });
    if (settings.queryByRole("button", { name: /Region/ }) === null)
      await user.click(settings.getByRole("button", { name: "Advanced" }));
    await choose("us");
    await user.click(settings.getByRole("button", { name: /^Save/ }));
    await settings.findByText("The platform is down");
    await user.click(settings.getByRole("button", { name: "Discard changes" }));
    expect(settings.queryByText("The platform is down")).toBeNull();
  });

  it("has_nothing_to_save_once_typed_text_is_deleted_again", async () => {
    const { user } = renderApp("/accounts/acc_mistral", state);
    const settings = await openAdvanced(user);
    const address = settings.getByRole("textbox", { name: "Base URL" });
    await user.type(address, "h");
    expect(settings.getByRole("button", { name: "Discard changes" })).toBeVisible();
    await user.clear(address);
    expect(settings.queryByRole("button", { name: "Discard changes" })).toBeNull();
  });

  it("keeps_what_was_typed_while_settings_were_saved", async () => {
    const { user, host } = renderApp("/accounts/acc_mistral", state);
    const settings = await openAdvanced(user);
    await user.click(settings.getByRole("button", { name: /Region/ }));
    await user.click(await screen.findByRole("option", { name: "us" }));
    const save = host.handlers.changeAccountSettings!;
    let answer = () => undefined as void;
    host.handlers.changeAccountSettings = (given) =>
      new Promise((done) => {
        answer = () => done(save(given));
      });
    await user.click(settings.getByRole("button", { name: /^Save/ }));
    await user.type(settings.getByRole("textbox", { name: "Base URL" }), "https://late.example");
    answer();
    await screen.findByText("Settings of Mistral · Northlight saved");
    const address = settings.getByRole("textbox", { name: "Base URL" });
    expect(address).toHaveValue("https://late.example");
    expect(address).toHaveFocus();
  });

  it("shows_what_was_saved_elsewhere_beside_what_is_typed", async () => {
    const { user, host } = renderApp("/accounts/acc_mistral", state);
    const settings = await openAdvanced(user);
    await user.type(settings.getByRole("textbox", { name: "Base URL" }), "https://mine.example");
    host.state.accounts = host.state.accounts.map((one) => ({ ...one, settings: { region: "us" } }));
    await act(() => host.emit({ kind: "accounts_changed" }));
    expect(await screen.findByRole("button", { name: /us.*Region/ })).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Base URL" })).toHaveValue("https://mine.example");
  });

  it("asks_for_the_key_of_another_address", async () => {
    const { user, host } = renderApp("/accounts/acc_mistral", state);
    const settings = await openAdvanced(user);
    const address = settings.getByRole("textbox", { name: "Base URL" });
    const findKey = () => settings.queryByLabelText(/^API key/, { selector: "input" });
    expect(findKey()).toBeNull();
    await user.type(address, "https://mistral.example");
    await user.click(settings.getByRole("button", { name: /^Test/ }));
    expect(host.lastCall("tryAccountSettings")).toBeUndefined();
    await user.type(findKey()!, "ms-2");
    await user.click(settings.getByRole("button", { name: /^Test/ }));
    await expectCall(host, "tryAccountSettings").toEqual({
      account: "acc_mistral",
      settings: { base_url: "https://mistral.example", region: "eu" },
      secrets: { api_key: { kind: "new", secret: "ms-2" } },
    });
    await user.click(settings.getByRole("button", { name: "Discard changes" }));
    expect(findKey()).toBeNull();
  });

  it("tells_that_plain_http_stays_allowed_at_another_address", async () => {
    const settings = { base_url: "http://one.example", allow_plain_http: "allowed" };
    const accounts = [account({ id: "acc_stack", platform: "agentstack", label: "Stack", settings })];
    renderApp("/accounts/acc_stack", { ...state, accounts });
    const region = within(await screen.findByRole("region", { name: "Settings" }));
    const address = region.getByRole("textbox", { name: "Base URL" });
    const type = (text: string) => fireEvent.change(address, { target: { value: text } });
    expect(region.queryByText("Plain http is allowed")).toBeNull();
    type("http://two.example");
    expect(region.getByText("Plain http is allowed")).toBeVisible();
    type("https://two.example");
    expect(region.queryByText("Plain http is allowed")).toBeNull();
  });

  it("edits_experimental_routes_under_advanced", async () => {
    const { user, host } = renderApp("/accounts/acc_tenex", state);
    const settings = await openAdvanced(user);
    const path = await settings.findByRole("textbox", { name: /^Path/ });
    expect(path).toHaveValue("/connectors");
    await user.clear(path);
    await user.type(path, "/v2/connectors");
    await user.click(settings.getByRole("button", { name: /^Test/ }));
    await expectCall(host, "tryAccountSettings").toMatchObject({
      settings: { routes: { list: { method: "GET", path: "/v2/connectors" } } },
    });
  });

  it("validates_advanced_settings_edited_as_json", async () => {
    const { user, host } = renderApp("/accounts/acc_tenex", state);
    const settings = await openAdvanced(user);
    await user.click(settings.getByRole("radio", { name: "JSON" }));
    const text = settings.getByRole("textbox", { name: /^Advanced settings/ });
    expect((text as HTMLTextAreaElement).value).toContain('"path": "/connectors"');
    const type = (json: unknown) => fireEvent.change(text, { target: { value: JSON.stringify(json) } });
    type({ routes: { nope: {} } });
    expect(text).toHaveAccessibleDescription(/routes/);
    await user.click(settings.getByRole("button", { name: /^Test/ }));
    expect(host.lastCall("tryAccountSettings")).toBeUndefined();
    type({ list: 1 });
    expect(text).toHaveAccessibleDescription(/list/);
    type({ routes: { list: { path: "/v2" } } });
    await user.click(settings.getByRole("button", { name: /^Test/ }));
    await expectCall(host, "tryAccountSettings").toMatchObject({ settings: { routes: { list: { path: "/v2" } } } });
  });

  it("keeps_advanced_json_that_cannot_be_read_and_says_why", async () => {
    const { user } = renderApp("/accounts/acc_tenex", state);
    const settings = await openAdvanced(user);
    await user.click(settings.getByRole("radio", { name: "JSON" }));
    const text = settings.getByLabelText(/^Advanced settings/);
    const toForm = settings.getByRole("radio", { name: "Form" });
    fireEvent.change(text, { target: { value: '{ "routes": {' } });
    await waitFor(() => expect(toForm).toBeDisabled());
    expect(text).toHaveValue('{ "routes": {');
    expect(text).toHaveAccessibleDescription(/Line 1: /);
    fireEvent.change(text, { target: { value: '{ "routes": { "list": { "path": "/v2" } } }' } });
    await waitFor(() => expect(toForm).toBeEnabled());
    await user.click(toForm);
    expect(await settings.findByDisplayValue("/v2")).toHaveAccessibleName(/^Path/);
  });

  it("discards_changes_of_advanced_settings", async () => {
    const { user } = renderApp("/accounts/acc_tenex", state);
    const settings = await openAdvanced(user);
    const discard = async () => {
      await user.click(settings.getByRole("button", { name: "Discard changes" }));
      const advanced = settings.getByRole("button", { name: "Advanced" });
      if (advanced.getAttribute("aria-expanded") === "false") await user.click(advanced);
    };
    const path = await settings.findByRole("textbox", { name: /^Path/ });
    await user.type(path, "/more");
    await discard();
    expect(await settings.findByRole("textbox", { name: /^Path/ })).toHaveValue("/connectors");
    await user.click(settings.getByRole("radio", { name: "JSON" }));
    const text = () => settings.getByRole<HTMLTextAreaElement>("textbox", { name: /^Advanced settings/ });
    fireEvent.change(text(), { target: { value: '{"base_url": "https://other.example"}' } });
    await discard();
    expect(await settings.findByRole("textbox", { name: /^Path/ })).toHaveValue("/connectors");
  });

  it("signs_out_after_confirmation_and_in_again_with_a_key", async () => {
    const { user, host } = renderApp("/accounts/acc_cohere", state, (mock) => {
      // Nothing of it comes from asking the platform.
      mock.handlers.syncConnectors = () => null;
    });
    await user.click(await screen.findByRole("button", { name: "Sign out" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Sign out of Cohere · Northlight?" });
    expect(dialog).toHaveTextContent(/Connectors and runs stay/);
    expect(await axeViolations(dialog)).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Sign out" }));
    expect(await screen.findByRole("link", { name: /^Cohere · Northlight ?, signed out$/ })).toBeVisible();
    const again = screen.getByRole("region", { name: "Sign in" });
    await user.type(within(again).getByLabelText(/^API key/, { selector: "input" }), "co-3{Enter}");
    await waitFor(() => expect(screen.getByRole("link", { name: "Cohere · Northlight" })).toBeVisible());
    expect(screen.getByRole("region", { name: "Notifications" })).toHaveTextContent("Signed in to Cohere · Northlight");
    expect(host.lastCall("replaceAccountSecrets")).toEqual({
      account: "acc_cohere",
      secrets: { api_key: { kind: "new", secret: "co-3" } },
    });
  });

  it("shows_how_many_runs_are_kept_on_removal", async () => {
    const runs = [
      run({ id: "run_1", connector: "con_confluence" }),
      run({ id: "run_2", connector: "con_tickets" }),
      run({ id: "run_3" }),
    ];
    const { user } = renderApp("/accounts/acc_cohere", { ...state, runs });
    await user.click(await screen.findByRole("button", { name: "Remove Cohere · Northlight" }));
    const dialog = await screen.findByRole("alertdialog");
    await waitFor(() => expect(dialog).toHaveTextContent("2 runs stay in your history"));
  });

  it("shows_that_it_was_not_found", async () => {
    renderApp("/accounts/acc_gone", state);
    expect(await screen.findByText("Account not found")).toBeVisible();
  });
});

describe("operations", () => {
  // The form is loaded when it is first shown; that is not what is measured here.
  beforeAll(() => import("@/components/SchemaForm/SchemaForm"), 30_000);

  const at = (operation: string) => `/accounts/acc_mistral?tab=operations&operation=${operation}`;

  it("are_filtered_and_called_with_a_form", async () => {
    const { user, host, container } = renderApp("/accounts/acc_mistral?tab=operations", state, (mock) => {
      mock.handlers.callOperation = () => ({
        status: 200,
        headers: { "x-debug-trace-id": "trace-77" },
        data: { id: "018f-77", name: "hubspot" },
      });
    });
    await screen.findByRole("grid", { name: "Operations of Mistral" });
    await user.keyboard("/");
    await user.keyboard("reads one{Enter}");
    await user.type(await screen.findByRole("textbox", { name: /connector_id/ }), "018f-77");
    expect(await axeViolations(container)).toEqual([]);
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByRole("tree", { name: "Response of get" })).toHaveTextContent(`"name": "hubspot"`);
    expect(screen.getByText(/^HTTP 200 · /)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Response headers (1)" }));
    expect(screen.getByText("trace-77")).toBeVisible();
    expect(host.lastCall("callOperation")).toEqual({
      request: {
        account: "acc_mistral",
        operation: "get",
        arguments: { connector_id: "018f-77" },
        confirmed: false,
        timeoutSeconds: null,
        retries: null,
        headers: {},
        query: {},
        body: {},
      },
    });
    await user.click(screen.getByRole("button", { name: /Copy as command/ }));
    expect(host.lastCall("copyText")).toEqual({ text: "patchbay api 'Mistral · Northlight' get connector_id=018f-77" });
    expect(await axeViolations(container)).toEqual([]);
  });

  it("are_reloaded_when_the_account_changes", async () => {
    const { host } = renderApp("/accounts/acc_mistral?tab=operations", state);
    const list = await screen.findByRole("grid", { name: "Operations of Mistral" });
    expect(host.lastCall("listOperations")).toEqual({ account: "acc_mistral" });
    expect(within(list).queryByRole("row", { name: /^activate_for_user/ })).toBeNull();
    host.state.operations = host.state.operations.map((one) => ({
      ...one,
      name: one.name.replace("deactivate", "activate"),
    }));
    await host.emit({ kind: "accounts_changed" });
    expect(await within(list).findByRole("row", { name: /^activate_for_user/ })).toBeVisible();
  });

  it("that_are_irreversible_confirm_with_target_and_account", async () => {
    const { user, host } = renderApp(at("share_org"), state);
    await user.type(await screen.findByRole("textbox", { name: /connector_id/ }), "018f-77");
    await user.click(screen.getByRole("button", { name: /^Call/ }));
    const ask = await screen.findByRole("alertdialog", { name: "Call share_org?" });
    expect(ask).toHaveTextContent("connector_id 018f-77 as Mistral · Northlight. You can't undo this.");
    expect(within(ask).getByRole("button", { name: /Cancel/ })).toHaveFocus();
    expect(host.lastCall("callOperation")).toBeUndefined();
    await user.click(within(ask).getByRole("button", { name: /Call share_org/ }));
    await expectCall(host, "callOperation").toMatchObject({ request: { operation: "share_org", confirmed: true } });
    await waitFor(() => expect(host.calls.filter((call) => call.name === "syncConnectors")).toHaveLength(2));
  });

  it("that_change_something_during_a_sync_are_followed_by_another", async () => {
    const ends: (() => void)[] = [];
    const { user } = renderApp(at("share_org"), state, (mock) => {
      mock.handlers.syncConnectors = () => new Promise((resolve) => ends.push(() => resolve(null)));
    });
    await waitFor(() => expect(ends).toHaveLength(1));
    await user.type(await screen.findByRole("textbox", { name: /connector_id/ }), "018f-77");
    await user.click(screen.getByRole("button", { name: /^Call/ }));
    await user.click(await screen.findByRole("button", { name: /Call share_org/ }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    ends[0]?.();
    await waitFor(() => expect(ends).toHaveLength(2));
  });

  it("confirm_when_the_host_asks_because_of_the_arguments", async () => {
    const { user, host } = renderApp(at("list"), state, (mock) => {
      mock.handlers.callOperation = ({ request }) => {
        if (!(request as CallOperation).confirmed)
          throw problem({ code: "confirmation_needed", message: "list needs confirmation" });
        return { status: 200, headers: {}, data: {} };
      };
    });
    await user.click(await screen.findByRole("button", { name: /^Call/ }));
    const ask = await screen.findByRole("alertdialog", { name: "Call list?" });
    expect(ask).toHaveTextContent("You can't undo this.");
    expect(screen.queryByText(/needs confirmation/)).toBeNull();
    await user.click(within(ask).getByRole("button", { name: /Call list/ }));
    await expectCall(host, "callOperation").toMatchObject({ request: { confirmed: true } });
  });

  it("redact_secrets_in_confirmations_and_drop_them_with_the_form", async () => {
    const parameters = {
      type: "object",
      properties: { connector_id: { type: "string" }, access_token: { type: "string", writeOnly: true } },
    };
    const { user, client } = renderApp(at("share_org"), {
      ...state,
      operations: manyOperations().map((one) => (one.name === "share_org" ? { ...one, parameters } : one)),
    });
    await user.type(await screen.findByRole("textbox", { name: /connector_id/ }), "018f-77");
    await user.type(screen.getByLabelText(/access_token/), "s3cret-4711");
    await user.click(screen.getByRole("button", { name: /^Call/ }));
    const ask = await screen.findByRole("alertdialog", { name: "Call share_org?" });
    expect(ask).toHaveTextContent("connector_id 018f-77, access_token (hidden) as Mistral · Northlight.");
    expect(document.body.textContent).not.toContain("s3cret-4711");
    await user.click(within(ask).getByRole("button", { name: /Cancel/ }));
    await user.click(screen.getByRole("row", { name: /^list/ }));
    await screen.findByRole("region", { name: "list" });
    await user.click(screen.getByRole("row", { name: /^share_org/ }));
    expect(await screen.findByRole("textbox", { name: /connector_id/ })).toHaveValue("018f-77");
    expect(screen.getByText("Enter access_token again")).toBeVisible();
    expect(cacheHolds(client, "018f-77")).toBe(true);
    expect(cacheHolds(client, "s3cret-4711")).toBe(false);
  });

  it("accept_a_timeout_and_extra_query_parameters", async () => {
    const { user, host } = renderApp(at("list"), state);
    await user.click(await screen.findByRole("button", { name: "Request options" }));
    const timeout = screen.getByRole("textbox", { name: "Timeout (seconds)" });
    await user.type(timeout, "soon");
    await user.click(screen.getByRole("button", { name: /^Call/ }));
    expect(timeout).toHaveFocus();
    expect(host.lastCall("callOperation")).toBeUndefined();
    await user.clear(timeout);
    await user.type(timeout, "5");
    await user.type(screen.getByRole("textbox", { name: /Extra query parameters/ }), `{{"page":2}`);
    await user.click(screen.getByRole("button", { name: /^Call/ }));
    await expectCall(host, "callOperation").toMatchObject({ request: { timeoutSeconds: 5, query: { page: 2 } } });
  });

  it("keep_their_options_except_header_values", async () => {
    const { user, client } = renderApp(at("list"), state);
    await user.click(await screen.findByRole("button", { name: "Request options" }));
    await user.type(screen.getByRole("textbox", { name: "Timeout (seconds)" }), "5");
    await user.type(screen.getByRole("textbox", { name: "Header" }), "X-Trace");
    await user.type(screen.getByLabelText("Value"), "s3cret-4711");
    await user.click(screen.getByRole("row", { name: /^share_org/ }));
    await screen.findByRole("region", { name: "share_org" });
    await user.click(screen.getByRole("row", { name: /^list/ }));
    expect(await screen.findByRole("textbox", { name: "Timeout (seconds)" })).toHaveValue("5");
    expect(screen.getByRole("textbox", { name: "Header" })).toHaveValue("X-Trace");
    expect(screen.getByLabelText("Value")).toHaveValue("");
    expect(cacheHolds(client, "s3cret-4711")).toBe(false);
    await user.click(screen.getByRole("button", { name: "Request options" }));
    expect(screen.queryByRole("textbox", { name: "Timeout (seconds)" })).toBeNull();
    await user.click(screen.getByRole("button", { name: /^Call/ }));
    expect(await screen.findByText("Enter a name and value for each header")).toBeVisible();
  });

  it("show_failures_and_can_be_stopped", async () => {
    let fails = true;
    const { user, host } = renderApp(at("list"), state, (mock) => {
      mock.handlers.callOperation = () => {
        if (fails)
          throw problem({
            code: "platform.rate_limited",
            message: "Mistral asks for a pause",
            request: "GET /v1/connectors",
          });
        return new Promise(() => undefined);
      };
    });
    const call = await screen.findByRole("button", { name: /^Call/ });
    await user.click(call);
    await user.click(await screen.findByRole("button", { name: "platform.rate_limited" }));
    expect(host.lastCall("copyText")).toEqual({
      text: "platform.rate_limited\nMistral asks for a pause\nGET /v1/connectors",
    });
    fails = false;
    await user.click(call);
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    expect(screen.getByText("Stopped waiting")).toBeVisible();
  });

  it("say_nothing_at_the_fields_once_they_were_stopped", async () => {
    let fail: (thrown: unknown) => void = () => undefined;
    const { user } = renderApp(at("get"), state, (mock) => {
      mock.handlers.callOperation = () => new Promise((_, reject) => (fail = reject));
    });
    await user.type(await screen.findByRole("textbox", { name: /connector_id/ }), "018f-77");
    await user.click(screen.getByRole("button", { name: /^Call/ }));
    await user.click(await screen.findByRole("button", { name: "Stop" }));
    await act(async () => {
      fail(problem({ message: "rejected", fields: [{ path: "/connector_id", message: "Not an id" }] }));
      await new Promise((settled) => setTimeout(settled, 20));
    });
    expect(screen.getByRole("textbox", { name: /connector_id/ })).toBeValid();
    expect(screen.getByText("Stopped waiting")).toBeVisible();
  });
});

it("accounts_are_in_the_palette", async () => {
  const { user } = renderApp("/", state);
  await screen.findByRole("link", { name: "Cohere · Northlight" });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), ">api cohere{Enter}");
  expect(await screen.findByRole("tab", { name: /API/, selected: true })).toBeVisible();
});
