import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import "@/components/SchemaForm/SchemaForm";
import { invalidate, keys } from "@/host/queries";
import { axeViolations } from "@/test/axe";
import { credentialLevels, platformDetails } from "@/test/hostedSamples";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { entry, hostedConnector, manyAccounts, problem } from "@/test/samples";

const hosted = hostedConnector();
const state = {
  accounts: manyAccounts(),
  connectors: [hosted],
  wallet: [entry({ id: "wal_key", name: "HubSpot key", kind: "bearer" })],
};
const at = (tab: string) => `/connectors/${hosted.id}?tab=${tab}`;

describe("platform details", () => {
  it("shows_facts_and_switches_and_runs_an_action_without_confirmation", async () => {
    const { host, user, container } = renderApp(at("overview"), state);
    const part = await screen.findByRole("region", { name: "On Mistral · Northlight" });
    const facts = screen.getByRole("region", { name: "Facts" });
    expect(within(facts).getByText("Protocol").nextElementSibling).toHaveTextContent("mcp");
    expect(within(facts).getAllByText("Visibility")).toHaveLength(1);
    await user.click(within(part).getByRole("switch", { name: "Organization" }));
    await expectCall(host, "runAction").toEqual({
      request: { connector: hosted.id, action: "deactivate-for-organization", values: null, confirmed: false },
    });
    expect(await axeViolations(container)).toEqual([]);
  });

  it("shows_the_new_state_of_a_switch_until_the_platform_refuses_it", async () => {
    const { host, user, container } = renderApp(at("overview"), state);
    let refuse: (thrown: unknown) => void = () => undefined;
    host.handlers.runAction = () =>
      new Promise((_, reject) => {
        refuse = reject;
      });
    const organization = await screen.findByRole("switch", { name: "Organization" });
    expect(organization).toBeChecked();
    await user.click(organization);
    expect(organization).not.toBeChecked();
    expect(organization).toHaveAttribute("aria-readonly", "true");
    expect(organization).toHaveFocus();
    expect(screen.getByRole("status")).toHaveTextContent("Changing Organization");
    expect(await axeViolations(container)).toEqual([]);
    await user.click(organization);
    expect(host.calls.filter(({ name }) => name === "runAction")).toHaveLength(1);
    act(() => refuse(problem({ message: "only administrators may do that" })));
    expect(await screen.findByText("Only administrators may do that")).toBeVisible();
    expect(organization).toBeChecked();
    expect(organization).not.toHaveAttribute("aria-readonly");
  });

  it("offers_menus_for_switches_of_unknown_state", async () => {
    const { host, user } = renderApp(at("overview"), state);
    const part = await screen.findByRole("region", { name: "On Mistral · Northlight" });
    expect(
      within(part)
        .getAllByRole("button", { name: /^Turn/ })
        .map((button) => button.textContent),
    ).toEqual(["Turn on for…", "Turn off for…"]);
    await user.click(within(part).getByRole("button", { name: "Turn on for…" }));
    expect(screen.getAllByRole("menuitem").map((item) => item.textContent)).toEqual(["Workspace", "You"]);
    await user.click(screen.getByRole("menuitem", { name: "You" }));
    await expectCall(host, "runAction").toMatchObject({ request: { action: "activate-for-user", confirmed: false } });
  });

  it("disables_only_the_menu_whose_action_runs", async () => {
    const { host, user } = renderApp(at("overview"), state);
    host.handlers.runAction = () => new Promise(() => undefined);
    const part = within(await screen.findByRole("region", { name: "On Mistral · Northlight" }));
    await user.click(part.getByRole("button", { name: "Turn on for…" }));
    await user.click(screen.getByRole("menuitem", { name: "You" }));
    await waitFor(() => expect(part.getByRole("button", { name: "Turn on for…" })).toBeDisabled());
    expect(part.getByRole("button", { name: "Turn off for…" })).toBeEnabled();
  });

  it("confirms_an_irreversible_action", async () => {
    const { host, user } = renderApp(at("overview"), state);
    await user.click(await screen.findByRole("button", { name: "Share with the workspace" }));
    const dialog = screen.getByRole("alertdialog");
    expect(dialog).toHaveTextContent("Everyone in the workspace can use it from then on");
    expect(dialog).toHaveTextContent("You can't undo this");
    expect(host.lastCall("runAction")).toBeUndefined();
    await user.click(within(dialog).getByRole("button", { name: "Share with the workspace" }));
    await expectCall(host, "runAction").toEqual({
      request: { connector: hosted.id, action: "share", values: null, confirmed: true },
    });
    await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
  });

  it("is_reloaded_once_after_an_external_change_and_keeps_the_input", async () => {
    const { host, user } = renderApp(at("overview"), state);
    await user.click(await screen.findByRole("button", { name: "Test" }));
    const field = await within(screen.getByRole("dialog")).findByLabelText("query");
    await user.type(field, "deals");
    const reads = () => host.calls.filter(({ name }) => name === "connectorDetails").length;
    expect(reads()).toBe(1);
    const emitChange = async () => {
      host.state.connectors = [{ ...hosted, status: { ...hosted.status, checkedAt: new Date().toISOString() } }];
      await act(() => host.emit({ kind: "connectors_changed" }));
    };
    // What was acted on there is not offered any more.
    host.handlers.connectorDetails = () => ({ facts: [{ label: "Protocol", value: "sse", at: null }], groups: [] });
    await emitChange();
    expect(await screen.findByText("sse")).toBeInTheDocument();
    expect(reads()).toBe(2);
    expect(field).toHaveValue("deals");
    await act(() => host.emit({ kind: "connectors_changed" }));
    expect(reads()).toBe(2);

    host.fail("connectorDetails", { message: "couldn't connect to Mistral" });
    await emitChange();
    expect(await screen.findByText("Couldn't connect to Mistral")).toBeInTheDocument();
    expect(screen.getByText("sse")).toBeInTheDocument();
    expect(field).toHaveValue("deals");
  });

  it("is_reloaded_once_after_an_action", async () => {
    const { host, user } = renderApp(at("overview"), state);
    await user.click(await screen.findByRole("switch", { name: "Organization" }));
    await waitFor(() => expect(screen.getByRole("switch", { name: "Organization" })).toBeEnabled());
    await act(() => host.emit({ kind: "connectors_changed" }));
    expect(host.calls.filter(({ name }) => name === "connectorDetails")).toHaveLength(2);
  });

  it("asks_for_the_input_of_an_action_and_keeps_it_on_failure", async () => {
    const { host, user } = renderApp(at("overview"), state, (mock) =>
      mock.fail("runAction", {
        code: "platform.invalid",
        message: "the platform refused it",
        fields: [{ path: "/query", message: "is too short" }],
      }),
    );
    await user.click(await screen.findByRole("button", { name: "Test" }));
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Test" }));
    expect(host.lastCall("runAction")).toBeUndefined();
    await user.type(await within(dialog).findByLabelText("query"), "x");
    await user.click(within(dialog).getByRole("button", { name: "Test" }));
    expect(await within(dialog).findByText("is too short")).toBeVisible();
    expect(within(dialog).getByRole("alert")).not.toHaveTextContent("is too short");
    expect(within(dialog).getByLabelText("query")).toHaveValue("x");
  });

  it("prefills_the_current_values", async () => {
    const { host, user } = renderApp(at("overview"), state, (mock) => {
      const details = platformDetails();
      const [control] = details.groups.at(-1)?.controls ?? [];
      if (control?.kind === "button") control.action.values = { query: "deals" };
      mock.handlers.connectorDetails = () => details;
    });
    await user.click(await screen.findByRole("button", { name: "Test" }));
    const dialog = screen.getByRole("dialog");
    expect(await within(dialog).findByLabelText("query")).toHaveValue("deals");
    await user.click(within(dialog).getByRole("button", { name: "Test" }));
    await expectCall(host, "runAction").toMatchObject({ request: { action: "test", values: { query: "deals" } } });
  });
});

describe("settings at the platform", () => {
  it("are_reviewed_before_they_are_sent", async () => {
    const { host, user } = renderApp(at("settings"), state);
    const part = await screen.findByRole("region", { name: "On Mistral · Northlight" });
    const field = await within(part).findByLabelText("Description");
    await user.clear(field);
    await user.type(field, "Deals only");
    await user.click(within(part).getByRole("button", { name: "Review changes" }));
    const dialog = await screen.findByRole("dialog");
    expect(await within(dialog).findByText("Deals only")).toBeVisible();
    expect(within(dialog).getByText("Deals and contacts")).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Save 1 change" }));
    await expectCall(host, "changeSettings").toMatchObject({
      connector: hosted.id,
      change: { values: { description: "Deals only" }, secrets: {}, overwrite: false },
    });
  });

  it("show_concurrent_changes", async () => {
    const { host, user } = renderApp(at("settings"), state, (mock) => {
      const change = (path: string) => ({ path, before: "a", after: "b" });
      mock.handlers.planSettings = () => ({
        changes: [change("/description")],
        secrets: [],
        changedElsewhere: [change("/active")],
      });
    });
    await user.type(await screen.findByLabelText("Description"), " only");
    await user.click(screen.getByRole("button", { name: "Review changes" }));
    expect(await screen.findByText(/Someone else changed: Active/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Save anyway" }));
    await expectCall(host, "changeSettings").toMatchObject({ change: { overwrite: true } });
  });

  it("show_concurrent_changes_found_during_the_review", async () => {
    const { host, user } = renderApp(at("settings"), state, (mock) => {
      const change = (path: string) => ({ path, before: "a", after: "b" });
      let isChanged = false;
      mock.handlers.planSettings = () => ({
        changes: [change("/description")],
        secrets: [],
        changedElsewhere: isChanged ? [change("/description")] : [],
      });
      mock.handlers.changeSettings = () => {
        isChanged = true;
        throw problem({ code: "conflict", message: "it was changed elsewhere since it was read", retryable: false });
      };
    });
    await user.type(await screen.findByLabelText("Description"), " only");
    await user.click(screen.getByRole("button", { name: "Review changes" }));
    await user.click(await screen.findByRole("button", { name: "Save 1 change" }));
    expect(await screen.findByText("Someone else changed: Description")).toBeVisible();
    expect(screen.queryByText(/it was changed elsewhere since it was read/)).not.toBeInTheDocument();
    expect(host.lastCall("changeSettings")).toMatchObject({ change: { overwrite: false } });
    expect(screen.getByRole("button", { name: "Save anyway" })).toBeEnabled();
  });

  it("keep_unsaved_changes_while_another_tab_is_open", async () => {
    const { user } = renderApp(at("settings"), state);
    const field = await screen.findByLabelText("Description");
    await user.clear(field);
    await user.type(field, "Deals only");
    await user.click(screen.getByRole("tab", { name: "Overview" }));
    await user.click(screen.getByRole("tab", { name: "Settings" }));
    expect(await screen.findByLabelText("Description")).toHaveValue("Deals only");
    expect(screen.getByRole("note")).toHaveTextContent("Unsaved changes restored.");
    await user.click(screen.getByRole("button", { name: "Discard changes" }));
    await waitFor(() => expect(screen.getByLabelText("Description")).toHaveValue("Deals and contacts"));
    expect(screen.queryByRole("note")).not.toBeInTheDocument();
  });

  it("keep_what_was_entered_when_they_are_read_again", async () => {
    const { host, user, client } = renderApp(at("settings"), state);
    const field = await screen.findByLabelText("Description");
    await user.type(field, " only");
    const reads = () => host.calls.filter(({ name }) => name === "connectorSettings").length;
    const before = reads();
    await act(() => invalidate(client, keys.hosted));
    expect(reads()).toBe(before + 1);
    // The same field: one that was drawn anew would have lost an entered secret.
    expect(field).toBeInTheDocument();
    expect(screen.queryByRole("note")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Discard changes and reload" }));
    await waitFor(() => expect(screen.getByLabelText("Description")).toHaveValue("Deals and contacts"));
  });

  it.each(["Discard changes", "Discard changes and reload"])("keep_the_focus_after_%s", async (button) => {
    const { user } = renderApp(at("settings"), state);
    await user.type(await screen.findByLabelText("Description"), " only");
    await user.click(screen.getByRole("button", { name: button }));
    await waitFor(() => expect(screen.getByLabelText("Description")).toHaveValue("Deals and contacts"));
    expect(screen.getByRole("region", { name: "On Mistral · Northlight" })).toHaveFocus();
  });

  it("can_be_edited_as_json", async () => {
    const { user } = renderApp(at("settings"), state);
    await user.click(await screen.findByRole("radio", { name: "JSON" }));
    expect(await screen.findByRole("textbox", { name: `Settings of ${hosted.title}` })).toBeVisible();
  });
});

describe("credentials at the platform", () => {
  it("are_listed_by_level_even_if_one_level_fails", async () => {
    const { container } = renderApp(at("credentials"), state);
    const yours = await screen.findByRole("region", { name: "Personal" });
    expect(within(yours).getByTitle("Used by default")).toBeVisible();
    expect(within(yours).getByText(/you need to reconnect/)).toBeVisible();
    expect(within(screen.getByRole("region", { name: "Organization" })).getByText("auth.forbidden")).toBeVisible();
    expect(await axeViolations(container)).toEqual([]);
  });

  it("are_reloaded_after_an_external_change", async () => {
    const { host, user } = renderApp(at("credentials"), state);
    await user.click(
      within(await screen.findByRole("region", { name: "Workspace" })).getByRole("button", { name: "Add credential" }),
    );
    const name = await within(await screen.findByRole("dialog")).findByRole("textbox", { name: /^Name/ });
    await user.clear(name);
    await user.type(name, "nightly");
    host.handlers.listPlatformCredentials = () =>
      credentialLevels().map((one) => (one.level.level === "user" ? { ...one, credentials: [] } : one));
    host.state.connectors = [{ ...hosted, status: { ...hosted.status, checkedAt: new Date().toISOString() } }];
    await act(() => host.emit({ kind: "connectors_changed" }));
    await waitFor(() => expect(screen.queryByText("sandbox")).not.toBeInTheDocument());
    expect(name).toHaveValue("nightly");
    expect(host.calls.filter((one) => one.name === "listPlatformCredentials")).toHaveLength(2);
  });

  it("are_created_with_a_saved_credential", async () => {
    const { host, user } = renderApp(at("credentials"), state);
    const workspace = await screen.findByRole("region", { name: "Workspace" });
    await user.click(within(workspace).getByRole("button", { name: "Add credential" }));
    const dialog = await screen.findByRole("dialog");
    await user.click(await within(dialog).findByRole("radio", { name: "Saved" }));
    await user.click(within(dialog).getByRole("button", { name: /Token/ }));
    await user.click(await screen.findByRole("option", { name: /HubSpot key/ }));
    await user.keyboard("{Control>}{Enter}{/Control}");
    await expectCall(host, "savePlatformCredential").toEqual({
      request: {
        connector: hosted.id,
        level: "workspace",
        name: "default",
        values: {},
        secrets: { "/token": { kind: "entry", entry: "wal_key" } },
        isDefault: true,
      },
    });
  });

  it("lead_to_a_missing_name", async () => {
    const { host, user } = renderApp(at("credentials"), state);
    const workspace = await screen.findByRole("region", { name: "Workspace" });
    await user.click(within(workspace).getByRole("button", { name: "Add credential" }));
    const dialog = within(await screen.findByRole("dialog"));
    const name = await dialog.findByRole("textbox", { name: /^Name/ });
    await user.clear(name);
    (await dialog.findByRole("radio", { name: "Saved" })).focus();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(name).toHaveFocus();
    expect(host.lastCall("savePlatformCredential")).toBeUndefined();
  });

  it("link_to_the_settings_if_there_are_none", async () => {
    const { user } = renderApp(at("credentials"), state, (mock) => {
      mock.handlers.listPlatformCredentials = () => [];
    });
    await user.click(await screen.findByRole("button", { name: "Open settings" }));
    expect(await screen.findByRole("tab", { name: "Settings", selected: true })).toBeVisible();
  });

  it("are_deleted_after_confirmation", async () => {
    const { host, user } = renderApp(at("credentials"), state);
    await user.click(await screen.findByRole("button", { name: "Actions for sandbox" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    await user.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Delete credential" }));
    await expectCall(host, "removePlatformCredential").toEqual({
      connector: hosted.id,
      level: "user",
      name: "sandbox",
      confirmed: true,
    });
  });
});
