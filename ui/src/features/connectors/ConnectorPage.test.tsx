import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, onTestFinished, vi } from "vitest";
import {
  type CheckStep,
  type CompletionRequest,
  type Connector,
  type ConnectorChanges,
  type HeldSession,
} from "@/host/bindings";
import { clientState } from "@/host/clientState";
import { axeViolations } from "@/test/axe";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { connector, hostedConnector, manyAccounts, minutesAgo, problem, statusOf, tool } from "@/test/samples";

const command = { program: "npx", arguments: ["-y", "server"], folder: null, variables: {} };

it("the_tab_in_the_url_is_shown", async () => {
  renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  expect(await screen.findByRole("tab", { name: "Settings", selected: true })).toBeVisible();
  expect(screen.getByRole("region", { name: "General" })).toBeVisible();
});

it("the_last_status_is_shown_until_a_check_runs", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [connector()] });
  const health = within(await screen.findByRole("region", { name: "Health" }));
  expect(health.getByText("Last status: Ready")).toBeVisible();
  expect(health.getByText(/^Seen 1 min ago\./)).toBeVisible();
  expect(health.queryByRole("list", { name: "Connection check" })).toBeNull();
  await user.click(health.getByRole("button", { name: "Check now" }));
  const steps = await health.findByRole("list", { name: "Connection check" });
  expect(within(steps).getByText("Sign-in discovery")).toBeVisible();
  expect(host.lastCall("checkConnector")).toEqual({ connector: "con_github" });
});

it("a_sign_in_that_failed_before_the_first_check_is_the_last_status", async () => {
  const denied = { ...statusOf("needs_authorization"), code: "auth.denied" as const, reason: "access denied" };
  renderApp("/connectors/con_github", { connectors: [connector({ status: { ...denied, checkedAt: null } })] });
  const health = within(await screen.findByRole("region", { name: "Health" }));
  expect(health.getByText("Last status: Needs sign-in")).toBeVisible();
  expect(health.getByText(/^Access denied\./)).toBeVisible();
});

it("disconnecting_shows_why_access_was_not_revoked", async () => {
  const { user } = renderApp("/connectors/con_github", { connectors: [connector()] }, (host) => {
    host.handlers.disconnectConnector = () => ({
      connector: connector(),
      revoked: false,
      note: "another connector still uses this sign-in",
    });
  });
  await user.click(await screen.findByRole("button", { name: "Disconnect" }));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Disconnect" }));
  const said = await screen.findAllByText("GitHub disconnected. Another connector still uses this sign-in");
  expect(said[0]).toBeVisible();
});

it("the_status_of_a_hosted_connector_names_its_source", async () => {
  const { container } = renderApp("/connectors/con_hosted", {
    accounts: manyAccounts(),
    connectors: [hostedConnector()],
  });
  const health = within(await screen.findByRole("region", { name: "Health" }));
  expect(health.getByText("Last status: Needs sign-in")).toBeVisible();
  expect(
    health.getByText(/^The last list of tools was refused\. From Mistral · Northlight, 4 min ago\./),
  ).toBeVisible();
  expect(health.queryByText(/checked/i)).toBeNull();
  expect(await axeViolations(container)).toEqual([]);
});

it("a_rejected_token_is_reported_at_its_field", async () => {
  const refused = connector({
    authentication: { kind: "bearer", entry: "wal_1" },
    status: { ...connector().status, status: "needs_authorization", code: "auth.refused" },
    nextAction: "new_secret",
    reauthAction: "new_secret",
  });
  const { user, host } = renderApp("/connectors/con_github", { connectors: [refused] });
  expect(await screen.findAllByText("Key rejected")).not.toHaveLength(0);
  await user.click(screen.getByRole("button", { name: /^Enter key/ }));
  const token = await screen.findByLabelText("Token", { selector: "input[type=password]" });
  expect(token).toHaveAccessibleDescription("GitHub rejected the saved one");
  await waitFor(() => expect(token).toHaveFocus());
  await user.type(token, "ghp_new");
  await user.click(screen.getByRole("button", { name: "Save sign-in" }));
  await expectCall(host, "checkConnector").toEqual({ connector: "con_github" });
});

it("plain_http_is_marked_and_can_be_disallowed", async () => {
  const insisted = connector({ endpoint: "http://nas.example:8080/mcp", allowsPlainHttp: true });
  const { user, host, container } = renderApp("/connectors/con_github?tab=settings", { connectors: [insisted] });
  expect(await screen.findByText("Not encrypted")).toBeVisible();
  const general = within(await screen.findByRole("region", { name: "General" }));
  const insists = general.getByRole("switch", { name: /Allow plain http/ });
  expect(insists).toBeChecked();
  expect(await axeViolations(container)).toEqual([]);
  await user.click(insists);
  await user.click(general.getByRole("button", { name: "Save" }));
  await expectCall(host, "updateConnector").toMatchObject({ changes: { allowPlainHttp: false } });
});

it("discarding_changes_keeps_the_focus_in_the_form", async () => {
  const { user } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  const general = within(await screen.findByRole("region", { name: "General" }));
  await user.type(general.getByLabelText("Name"), "x");
  await user.click(general.getByRole("button", { name: "Discard changes" }));
  await waitFor(() => expect(general.getAllByRole("switch")[0]).toHaveFocus());
});

it("plain_http_is_allowed_anew_for_another_host", async () => {
  const insisted = connector({ endpoint: "http://nas.example:8080/mcp", allowsPlainHttp: true });
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [insisted] });
  const general = within(await screen.findByRole("region", { name: "General" }));
  const address = general.getByLabelText("Address");
  await user.clear(address);
  await user.type(address, "http://other.example/mcp");
  const allows = general.getByRole("switch", { name: /Allow plain http/ });
  expect(allows).not.toBeChecked();
  await user.click(allows);
  await user.click(general.getByRole("button", { name: "Save" }));
  await expectCall(host, "updateConnector").toMatchObject({
    changes: { url: "http://other.example/mcp", allowPlainHttp: true },
  });
});

it("a_connected_connector_can_be_signed_in_again", async () => {
  const oauth = { kind: "oauth", client: null, entry: "wal_1", callbackPort: null, callbackHost: null } as const;
  const signedIn = connector({ authentication: { ...oauth, redirect: "loopback", scopes: [] } });
  const { user, host } = renderApp("/connectors/con_github", { connectors: [signedIn] });
  await user.click(await screen.findByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign in again…" }));
  await expectCall(host, "startAuthorization").toMatchObject({ request: { connector: "con_github" } });
});

it("removing_a_connector_opens_the_list_at_once", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [connector()] });
  host.handlers.removeConnector = () => new Promise(() => undefined) as never;
  await user.click(await screen.findByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove" }));
  expect(await screen.findByRole("heading", { name: "Connectors" })).toBeVisible();
  expect(host.lastCall("removeConnector")).toEqual({ connector: "con_github" });
});

it("a_removal_that_fails_says_why_on_the_list_until_it_is_left", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [connector()] });
  host.handlers.removeConnector = () => {
    throw problem({ message: "couldn't save the change" });
  };
  await user.click(await screen.findByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove" }));
  expect(await screen.findByRole("heading", { name: "Connectors" })).toBeVisible();
  expect(await screen.findByText("Couldn't save the change")).toBeVisible();
  await user.click(screen.getByRole("link", { name: /^Tools/ }));
  expect(await screen.findByRole("heading", { name: "Tools" })).toBeVisible();
  await user.click(screen.getByRole("link", { name: /^Connectors/ }));
  expect(await screen.findByRole("grid", { name: "Connectors" })).toBeVisible();
  expect(screen.queryByText("Couldn't save the change")).toBeNull();
});

it("a_removal_that_cannot_be_undone_says_why", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [connector()] });
  host.fail("restoreConnector", { code: "store.failed", message: "couldn't save the change" });
  await user.click(await screen.findByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove" }));
  await user.click(await screen.findByRole("button", { name: /^Undo/ }));
  expect(await screen.findAllByText("Not restored. Couldn't save the change.")).not.toHaveLength(0);
});

it("a_failure_is_forgotten_with_the_next_action", async () => {
  const { user, host } = renderApp("/connectors/con_github", { connectors: [connector()] });
  const act = async (name: string) => {
    await user.click(await screen.findByRole("button", { name: "More actions" }));
    await user.click(await screen.findByRole("menuitem", { name }));
  };
  host.fail("updateConnector", { message: "couldn't save the change" });
  await act("Turn off");
  expect(await screen.findByText("Couldn't save the change")).toBeVisible();
  host.fail("checkConnector", { message: "couldn't check" });
  await user.keyboard("d");
  expect(await screen.findByText("Couldn't check")).toBeVisible();
  expect(screen.queryByText("Couldn't save the change")).toBeNull();
});

it("the_sign_in_and_proxy_of_a_connector_follow_changes_from_elsewhere", async () => {
  const oauth = (scopes: string[]) =>
    ({
      kind: "oauth",
      entry: null,
      client: null,
      callbackPort: null,
      callbackHost: null,
      redirect: "loopback",
      scopes,
    }) as Connector["authentication"];
  const { user, host } = renderApp("/connectors/con_github?tab=settings", {
    connectors: [connector({ authentication: oauth(["read"]) })],
  });
  const signIn = within(await screen.findByRole("region", { name: "Sign-in" }));
  await user.click(signIn.getByRole("button", { name: "Advanced" }));
  expect(signIn.getByLabelText("Scopes")).toHaveValue("read");
  const network = { authorities: [], pins: [], proxy: "direct" as const, clientCertificate: null };
  const changed = connector({ authentication: oauth(["read", "write"]), network });
  await act(() => host.emit({ kind: "connector_changed", connector: changed }));
  await waitFor(() => expect(signIn.getByLabelText("Scopes")).toHaveValue("read write"));
  const proxy = within(screen.getByRole("region", { name: "Proxy" }));
  expect(proxy.getByRole("button", { name: /^None/ })).toBeVisible();
  // What was changed elsewhere is not undone by what is changed here.
  await user.type(signIn.getByLabelText(/^Port/), "8123");
  await user.click(signIn.getByRole("button", { name: "Save sign-in" }));
  await expectCall(host, "updateConnector").toMatchObject({
    changes: { authentication: { scopes: ["read", "write"], callbackPort: 8123 } },
  });
});

it("the_form_of_the_first_tool_stays_when_another_tool_comes_before_it", async () => {
  const withField = (name: string, field: string) => ({
    connector: "con_github",
    tool: tool({ name, inputSchema: { type: "object", properties: { [field]: { type: "string" } } } }),
  });
  const { user, host } = renderApp("/connectors/con_github?tab=tools", {
    connectors: [connector()],
    tools: [withField("search", "query")],
  });
  await user.type(await screen.findByRole("textbox", { name: "query" }), "half");
  host.state.tools.unshift(withField("list", "page"));
  await act(() => host.emit({ kind: "connectors_changed" }));
  expect(await screen.findByRole("row", { name: /^list/ })).toBeVisible();
  expect(screen.getByRole("textbox", { name: "query" })).toHaveValue("half");
  host.state.tools.pop();
  await act(() => host.emit({ kind: "connectors_changed" }));
  expect(await screen.findByRole("textbox", { name: "page" })).toBeVisible();
});

it("a_deletion_is_announced_and_fails_audibly_after_its_dialog_is_closed", async () => {
  const { user, host } = renderApp("/connectors/con_hosted", {
    accounts: manyAccounts(),
    connectors: [hostedConnector()],
  });
  let fail: (thrown: unknown) => void = () => undefined;
  host.handlers.deleteConnector = () => new Promise((_resolve, reject) => (fail = reject)) as never;
  await user.click(await screen.findByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: /^Delete from/ }));
  const dialog = within(await screen.findByRole("alertdialog"));
  await user.click(dialog.getByRole("button", { name: /^Delete/ }));
  expect(screen.getByRole("status")).toHaveTextContent("Deleting HubSpot CRM");
  await user.click(dialog.getByRole("button", { name: "Close" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  act(() => fail(problem({ message: "not yours" })));
  expect(await screen.findByText("Not yours")).toBeVisible();
});

it("deleting_a_hosted_connector_opens_the_list", async () => {
  const { user, host } = renderApp("/connectors/con_hosted", {
    accounts: manyAccounts(),
    connectors: [hostedConnector()],
  });
  await user.click(await screen.findByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: /^Delete from/ }));
  const dialog = within(await screen.findByRole("alertdialog"));
  await user.click(dialog.getByRole("button", { name: /^Delete/ }));
  await expectCall(host, "deleteConnector").toMatchObject({ connector: "con_hosted" });
  await waitFor(() => expect(screen.queryByText("Connector not found")).toBeNull());
  expect(await screen.findByRole("heading", { name: "Connectors" })).toBeVisible();
});

it("time_limits_are_validated_and_saved", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", {
    connectors: [connector({ timeLimits: { runSeconds: 300 } })],
  });
  const connect = await screen.findByRole("textbox", { name: "Time limit to connect" });
  expect(connect).toHaveAccessibleDescription("Seconds. Default: 30");
  expect(screen.getByRole("textbox", { name: "Time limit of a run" })).toHaveValue("300");
  await user.type(connect, "soon");
  expect(connect).toHaveAccessibleDescription("Enter seconds from 1 to 86400");
  await user.clear(connect);
  await user.type(connect, "120{Enter}");
  await expectCall(host, "updateConnector").toMatchObject({
    changes: { timeLimits: { connectSeconds: 120, runSeconds: 300 } },
  });
});

it("unsaved_settings_survive_leaving_the_tab_without_their_secrets", async () => {
  const { user, client } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  const general = within(await screen.findByRole("region", { name: "General" }));
  await user.type(general.getByRole("textbox", { name: "Name" }), " work");
  const signIn = within(screen.getByRole("region", { name: "Sign-in" }));
  await user.click(signIn.getByRole("radio", { name: "Token" }));
  await user.type(signIn.getByLabelText("Token", { selector: "input[type=password]" }), "ghp_typed");
  await user.click(screen.getByRole("tab", { name: "Overview" }));
  await user.click(screen.getByRole("tab", { name: "Settings" }));
  const again = within(await screen.findByRole("region", { name: "General" }));
  expect(again.getByRole("textbox", { name: "Name" })).toHaveValue("GitHub work");
  const signInAgain = within(screen.getByRole("region", { name: "Sign-in" }));
  expect(signInAgain.getByLabelText("Token", { selector: "input[type=password]" })).toHaveValue("");
  expect(JSON.stringify(clientState(client).entries())).not.toContain("ghp_typed");
  await user.click(again.getByRole("button", { name: "Discard changes" }));
  expect(again.getByRole("textbox", { name: "Name" })).toHaveValue("GitHub");
});

it("a_discarded_sign_in_leaves_no_error", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  host.fail("updateConnector", { message: "the vault is busy" });
  const signIn = within(await screen.findByRole("region", { name: "Sign-in" }));
  await user.click(signIn.getByRole("radio", { name: "Token" }));
  await user.type(signIn.getByLabelText("Token", { selector: "input[type=password]" }), "ghp_typed");
  await user.click(signIn.getByRole("button", { name: "Save sign-in" }));
  await signIn.findByText("The vault is busy");
  await user.click(signIn.getByRole("button", { name: "Discard changes" }));
  expect(signIn.queryByText("The vault is busy")).toBeNull();
});

it("settings_follow_what_the_host_stored_and_what_others_change", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  const usual = host.handlers.updateConnector;
  host.handlers.updateConnector = (given) => {
    const changes = given.changes as ConnectorChanges;
    if (!usual) throw new Error("no handler");
    return usual({ ...given, changes: { ...changes, ...(changes.url && { url: `https://${changes.url}` }) } });
  };
  const general = within(await screen.findByRole("region", { name: "General" }));
  const address = general.getByRole("textbox", { name: "Address" });
  await user.clear(address);
  await user.type(address, "mcp.example.com/mcp");
  await user.click(general.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(address).toHaveValue("https://mcp.example.com/mcp"));
  expect(general.getByRole("button", { name: "Save" })).toBeDisabled();
  const name = general.getByRole("textbox", { name: "Name" });
  await act(() => host.emit({ kind: "connector_changed", connector: { ...connector(), title: "Renamed" } }));
  await waitFor(() => expect(name).toHaveValue("Renamed"));
  await user.type(general.getByRole("textbox", { name: "Tags" }), ", ci");
  await user.click(general.getByRole("button", { name: "Save" }));
  await expectCall(host, "updateConnector").toEqual({ connector: "con_github", changes: { tags: ["work", "ci"] } });
});

it("roots_are_edited_line_by_line", async () => {
  const { user, host, container } = renderApp("/connectors/con_github?tab=settings", {
    connectors: [connector({ roots: ["/srv/notes"] })],
  });
  const section = within(await screen.findByRole("region", { name: "Folders it may know" }));
  const save = section.getByRole("button", { name: "Save folders" });
  const folders = section.getByRole("textbox", { name: "Folders" });
  expect(folders).toHaveValue("/srv/notes");
  expect(save).toBeDisabled();
  await user.type(folders, "{Enter} {Enter}/home/ada/my docs ");
  await user.click(save);
  await expectCall(host, "updateConnector").toMatchObject({ changes: { roots: ["/srv/notes", "/home/ada/my docs"] } });
  await waitFor(() => expect(folders).toHaveValue("/srv/notes\n/home/ada/my docs"));
  expect(await axeViolations(container)).toEqual([]);
});

it("a_folder_is_chosen_in_the_dialog_of_the_system", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", {
    connectors: [connector({ roots: ["/srv/notes"] })],
  });
  const section = within(await screen.findByRole("region", { name: "Folders it may know" }));
  const folders = section.getByRole("textbox", { name: "Folders" });
  host.handlers.chooseFolder = () => null;
  await user.click(section.getByRole("button", { name: "Choose…" }));
  expect(folders).toHaveValue("/srv/notes");
  host.handlers.chooseFolder = () => "/home/ada/my docs";
  await user.click(section.getByRole("button", { name: "Choose…" }));
  await waitFor(() => expect(folders).toHaveValue("/srv/notes\n/home/ada/my docs"));
  host.fail("chooseFolder", { code: "file.failed", message: "couldn't use that folder" });
  await user.click(section.getByRole("button", { name: "Choose…" }));
  await waitFor(() => expect(folders).toHaveAccessibleDescription(/Couldn't use that folder/));
});

it("the_level_of_the_servers_log_is_chosen_in_the_settings", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  const section = within(await screen.findByRole("region", { name: "Server log" }));
  await user.click(section.getByRole("button", { name: /Lowest level/ }));
  await user.click(await screen.findByRole("option", { name: "Debug" }));
  await expectCall(host, "updateConnector").toMatchObject({ changes: { logLevel: "debug" } });
});

it("sampling_is_off_until_switched_on", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  const section = within(await screen.findByRole("region", { name: "Texts of a language model" }));
  const toggle = section.getByRole("switch", { name: /^Let the server ask/ });
  expect(toggle).not.toBeChecked();
  await user.click(toggle);
  await expectCall(host, "updateConnector").toMatchObject({ changes: { sampling: true } });
  await waitFor(() => expect(toggle).toBeChecked());
});

it("notifications_can_be_switched_off", async () => {
  for (const one of [connector(), hostedConnector()]) {
    const { user, host, unmount } = renderApp(`/connectors/${one.id}?tab=settings`, { connectors: [one] });
    const toggle = await screen.findByRole("switch", { name: /^Notifications/ });
    expect(toggle).toBeChecked();
    await user.click(toggle);
    await expectCall(host, "updateConnector").toMatchObject({ changes: { muted: true } });
    await waitFor(() => expect(toggle).not.toBeChecked());
    unmount();
  }
});

it("the_capture_level_is_selected_and_explained", async () => {
  const { user, host } = renderApp("/connectors/con_github?tab=settings", { connectors: [connector()] });
  const section = within(await screen.findByRole("region", { name: "Run history" }));
  expect(section.getByText(/^Arguments, results and what was sent are kept/)).toBeVisible();
  await user.click(section.getByRole("button", { name: /Keep for new runs/ }));
  await user.click(await screen.findByRole("option", { name: "Metadata only" }));
  await expectCall(host, "updateConnector").toMatchObject({ changes: { capture: "metadata" } });
  expect(await section.findByText(/^Tool, account, time, status and duration are kept/)).toBeVisible();
});

it("a_program_of_this_computer_is_not_offered_to_other_accounts", async () => {
  const { user } = renderApp("/connectors/con_github", { connectors: [connector({ command, endpoint: null })] });
  await user.click(await screen.findByRole("button", { name: "More actions" }));
  expect(await screen.findByRole("menuitem", { name: "Remove" })).toBeVisible();
  expect(screen.queryByRole("menuitem", { name: /^Copy to/ })).toBeNull();
  await user.keyboard("{Escape}");
  expect(await screen.findByRole("region", { name: "Facts" })).toBeVisible();
  expect(screen.queryByText("On other accounts")).toBeNull();
});

it("the_reason_for_the_protocol_is_shown", async () => {
  const server: Connector["server"] = {
    name: "files",
    version: "1",
    protocolVersion: "2025-11-25",
    protocolReason: "the server refused 2026-07-28",
    transport: "stdio",
    instructions: null,
  };
  renderApp("/connectors/con_github", { connectors: [connector({ server })] });
  const facts = await screen.findByRole("region", { name: "Facts" });
  expect(facts).toHaveTextContent(/MCP 2025-11-25, .*, because the server refused 2026-07-28/);
});

it("the_log_of_a_local_program_is_shown", async () => {
  const { user, host, container } = renderApp("/connectors/con_github?tab=log", {
    connectors: [connector({ command })],
  });
  expect(await screen.findByText("Nothing written yet")).toBeVisible();
  host.handlers.readServerLog = () => [
    { at: "2026-11-20T10:00:00Z", level: null, text: "Patchbay starts /usr/bin/npx" },
    { at: "2026-11-20T10:00:01Z", level: null, text: "added 12 packages \u202e<b>" },
  ];
  const log = await screen.findByRole("log", { name: "Log" }, { timeout: 3000 });
  expect(log).toHaveTextContent("added 12 packages");
  expect(log.querySelector("b")).toBeNull();
  expect(await axeViolations(container)).toEqual([]);
  await user.type(screen.getByLabelText("Filter log"), "STARTS");
  expect(log).toHaveTextContent(/Patchbay starts \/usr\/bin\/npx$/);
  await user.clear(screen.getByLabelText("Filter log"));
  await user.type(screen.getByLabelText("Filter log"), "nothing");
  await user.click(screen.getByRole("button", { name: "Clear filter" }));
  expect(screen.getByRole("log", { name: "Log" })).toHaveTextContent("added 12 packages");
});

const running: HeldSession = {
  connector: "con_github",
  name: "github",
  server: "/usr/bin/npx",
  pid: 4711,
  clients: 1,
  seconds: 125,
  memoryKib: 48_000,
  lastLine: null,
};

it("a_running_program_is_shown_and_stopped", async () => {
  const { user, host, container } = renderApp(
    "/connectors/con_github?tab=log",
    { connectors: [connector({ command })] },
    (mock) => {
      mock.handlers.listSessions = () => [{ ...running, connector: "con_other", pid: 1 }, running];
      mock.handlers.endSession = () => {
        mock.handlers.listSessions = () => [];
        return null;
      };
    },
  );
  const server = await screen.findByRole("group", { name: "Running server" });
  expect(server).toHaveTextContent("Running for 2 min 5 s · process 4711 · 49.2 MB of memory");
  expect(await axeViolations(container)).toEqual([]);
  await user.click(within(server).getByRole("button", { name: "Stop" }));
  await waitFor(() => expect(screen.queryByRole("group", { name: "Running server" })).toBeNull());
  expect(host.lastCall("endSession")).toEqual({ connector: "con_github" });
  expect(await screen.findByRole("status")).toHaveTextContent("GitHub stopped");
  expect(document.body).not.toHaveFocus();
});

it("two_processes_of_a_program_are_shown_as_one", async () => {
  renderApp("/connectors/con_github?tab=log", { connectors: [connector({ command })] }, (mock) => {
    mock.handlers.listSessions = () => [running, { ...running, pid: 4712, seconds: 5, memoryKib: 2_000 }];
  });
  const server = await screen.findByRole("group", { name: "Running server" });
  expect(server).toHaveTextContent("Running for 2 min 5 s · processes 4711 and 4712 · 51.2 MB of memory");
});

it("a_session_over_http_is_shown_and_ended", async () => {
  const kept = { ...running, server: "https://api.githubcopilot.com/mcp", pid: null, memoryKib: null };
  const { user, host } = renderApp("/connectors/con_github?tab=log", { connectors: [connector()] }, (mock) => {
    mock.handlers.listSessions = () => [kept];
    mock.handlers.endSession = () => {
      mock.handlers.listSessions = () => [];
      return null;
    };
  });
  const session = await screen.findByRole("group", { name: "Session" });
  expect(session).toHaveTextContent("Session kept for 2 min 5 s");
  await user.click(within(session).getByRole("button", { name: "Stop" }));
  await waitFor(() => expect(screen.queryByRole("group", { name: "Session" })).toBeNull());
  expect(host.lastCall("endSession")).toEqual({ connector: "con_github" });
  expect(await screen.findByRole("status")).toHaveTextContent("Session with GitHub ended");
});

it("remote_servers_have_a_log_and_hosted_connectors_none", async () => {
  const { host, unmount } = renderApp("/connectors/con_github?tab=log", { connectors: [connector()] });
  expect(await screen.findByText("What this server writes to its log appears here.")).toBeVisible();
  host.handlers.readServerLog = () => [{ at: "2026-11-20T10:00:00Z", level: "warning", text: "[warning] db: slow" }];
  const log = await screen.findByRole("log", { name: "Log" }, { timeout: 3000 });
  expect(log).toHaveTextContent("[warning] db: slow");
  unmount();
  const identity = { ...connector().identity, platform: "airbyte" as const };
  renderApp("/connectors/con_github", { connectors: [connector({ identity })] });
  expect(await screen.findByRole("tab", { name: "Overview" })).toBeVisible();
  expect(screen.queryByRole("tab", { name: "Log" })).toBeNull();
});

it("the_log_is_shown_from_a_level_on", async () => {
  const at = "2026-11-20T10:00:00Z";
  const { user } = renderApp("/connectors/con_github?tab=log", { connectors: [connector({ command })] }, (mock) => {
    mock.handlers.readServerLog = () => [
      { at, level: null, text: "added 12 packages" },
      { at, level: "notice", text: "[notice] db: open" },
      { at, level: "error", text: "[error] db: gone" },
    ];
  });
  const log = await screen.findByRole("log", { name: "Log" });
  await user.click(screen.getByRole("button", { name: /Lowest level$/ }));
  await user.click(screen.getByRole("option", { name: "Notice and above" }));
  expect(log).not.toHaveTextContent("added 12 packages");
  expect(log).toHaveTextContent("[notice] db: open");
  await user.click(screen.getByRole("button", { name: /Lowest level$/ }));
  await user.click(screen.getByRole("option", { name: "Error and above" }));
  expect(log).toHaveTextContent(/\d\[error\] db: gone$/);
  expect(log).not.toHaveTextContent("[notice]");
  await user.click(screen.getByRole("button", { name: /Lowest level$/ }));
  await user.click(screen.getByRole("option", { name: "Emergency" }));
  await user.click(screen.getByRole("button", { name: "Clear filter" }));
  expect(screen.getByRole("log", { name: "Log" })).toHaveTextContent("added 12 packages");
});

it("a_program_that_ended_links_to_its_log_and_its_report_is_copied", async () => {
  const steps: CheckStep[] = (["found", "started", "spoke", "negotiation", "tools"] as const).map((name, index) => ({
    name,
    state: index < 2 ? "passed" : index === 2 ? "failed" : "skipped",
    note: name === "found" ? "/usr/bin/npx" : null,
    problem:
      index === 2
        ? problem({ code: "program.ended", message: "the program npx ended", detail: "npm error\n  404" })
        : null,
    durationMs: null,
  }));
  const { user, host, container } = renderApp(
    "/connectors/con_github",
    { connectors: [connector({ command })] },
    (mock) => {
      mock.handlers.checkConnector = () => ({ connector: connector({ command }), steps });
    },
  );
  const health = within(await screen.findByRole("region", { name: "Health" }));
  expect(health.queryByRole("button", { name: "Copy report" })).toBeNull();
  await user.click(health.getByRole("button", { name: "Check now" }));
  expect(await health.findByText("/usr/bin/npx")).toBeVisible();
  expect(health.getByText(/^npm error/).textContent).toBe("npm error\n  404");
  await user.click(health.getByRole("button", { name: "Copy report" }));
  await expectCall(host, "copyText").toMatchObject({ text: "Patchbay 1.2.3\n" });
  expect(host.lastCall("checkReport")).toEqual({ connector: "con_github", steps });
  expect(await axeViolations(container)).toEqual([]);
  await user.click(health.getByRole("button", { name: "Show log" }));
  const log = await screen.findByRole("tab", { name: "Log", selected: true });
  await waitFor(() => expect(log).toHaveFocus());
});

it("a_program_that_never_answers_leads_to_its_time_limit", async () => {
  const silent = problem({ code: "timed_out", message: "Connector GitHub didn't connect within its limit of 60 s" });
  const step = { name: "spoke", state: "failed", note: null, problem: silent, durationMs: 60_000 } as const;
  const { user } = renderApp("/connectors/con_github", { connectors: [connector({ command })] }, (mock) => {
    mock.handlers.checkConnector = () => ({ connector: connector({ command }), steps: [step] });
  });
  await user.click(await screen.findByRole("button", { name: "Check now" }));
  expect(await screen.findByRole("button", { name: "Show log" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Open settings" }));
  expect(await screen.findByLabelText("Time limit to connect")).toBeVisible();
});

it("the_check_of_a_command_is_forgotten_when_the_command_changes", async () => {
  const seen = { status: statusOf("failing", { checkedAt: minutesAgo(1) }), endpoint: null, command };
  const { user } = renderApp(
    "/connectors/con_github",
    { connectors: [connector({ endpoint: null, command })] },
    (mock) => {
      const missing = problem({ code: "program.not_found", message: "it isn't there" });
      const failed = { name: "found", state: "failed", note: null, problem: missing, durationMs: null } as const;
      const changed = { ...command, arguments: ["-y", "serverx"] };
      mock.handlers.checkConnector = () => ({ connector: connector(seen), steps: [failed] });
      mock.handlers.updateConnector = () => connector({ ...seen, command: changed, status: statusOf("unknown") });
    },
  );
  await user.click(await screen.findByRole("button", { name: "Check now" }));
  expect(await screen.findByText("It isn't there")).toBeVisible();
  await user.click(screen.getByRole("tab", { name: "Settings" }));
  const form = within(await screen.findByRole("region", { name: "Command" }));
  await user.type(form.getByLabelText("Arguments"), "x");
  await user.click(form.getByRole("button", { name: "Save command" }));
  await waitFor(() => expect(form.getByRole("button", { name: "Save command" })).toBeDisabled());
  await user.click(screen.getByRole("tab", { name: "Overview" }));
  const health = within(await screen.findByRole("region", { name: "Health" }));
  expect(health.getByText("Not checked yet")).toBeVisible();
  expect(health.queryByText("It isn't there")).toBeNull();
});

it("the_log_of_a_starting_program_is_shown_and_the_start_cancelled", async () => {
  let stop: (thrown: unknown) => void = () => undefined;
  const { user, host, container } = renderApp(
    "/connectors/con_github",
    { connectors: [connector({ endpoint: null, command })] },
    (mock) => {
      mock.handlers.checkConnector = () =>
        new Promise((_, reject) => {
          stop = reject;
        });
      mock.handlers.readServerLog = () => [
        { at: "2020-01-01T00:00:00Z", level: null, text: "of an earlier start" },
        { at: new Date(Date.now() + 1000).toISOString(), level: null, text: "npm http fetch 200" },
      ];
      mock.handlers.cancelCheck = () => {
        stop(problem({ code: "cancelled", message: "cancelled" }));
        return null;
      };
    },
  );
  const health = within(await screen.findByRole("region", { name: "Health" }));
  await user.click(health.getByRole("button", { name: "Check now" }));
  expect(await screen.findByText("npm http fetch 200")).toBeVisible();
  expect(screen.queryByText("of an earlier start")).toBeNull();
  expect(health.getByText(/^\d+ s$/)).toBeVisible();
  expect(await axeViolations(container)).toEqual([]);
  // It goes on while another tab is shown.
  await user.click(screen.getByRole("tab", { name: /^Tools/ }));
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await user.click(screen.getByRole("tab", { name: "Overview" }));
  expect(await screen.findByText("npm http fetch 200")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByText("npm http fetch 200")).toBeNull());
  expect(host.lastCall("cancelCheck")).toEqual({ connector: "con_github" });
  expect(screen.queryByRole("alert")).toBeNull();
});

it("prompt_arguments_have_completions_that_may_fail", async () => {
  const { user, host, container } = renderApp(
    "/connectors/con_github?tab=prompts",
    { connectors: [connector()] },
    (mock) => {
      mock.handlers.listPrompts = () => [
        {
          name: "review",
          title: null,
          description: null,
          arguments: ["repo", "branch"].map((name) => ({ name, description: null, isRequired: true })),
        },
      ];
      mock.handlers.complete = ({ request }) => {
        const { argument, value } = request as CompletionRequest;
        if (argument === "branch") throw problem({ message: "no such thing" });
        return ["patchbay", "playground"].filter((name) => name.startsWith(value));
      };
    },
  );
  await user.click(await screen.findByRole("button", { name: /^review/ }));
  expect(host.lastCall("complete")).toBeUndefined();
  await user.type(screen.getByLabelText(/^repo/), "pat");
  const repo = await screen.findByRole("combobox", { name: /^repo/ });
  await waitFor(() => expect([...container.querySelectorAll("option")].map((one) => one.value)).toEqual(["patchbay"]));
  expect(repo).toHaveAttribute("list", container.querySelector("datalist")?.id);
  // A suggestion that only repeats the text would take the Enter from the form.
  await user.type(repo, "chbay");
  await waitFor(() => expect(container.querySelector("datalist")).toBeNull());
  await user.clear(repo);
  await user.type(screen.getByLabelText(/^repo/), "pat");
  await screen.findByRole("combobox", { name: /^repo/ });
  expect(await axeViolations(container)).toEqual([]);

  await user.type(screen.getByLabelText(/^branch/), "main");
  await expectCall(host, "complete").toEqual({
    connector: "con_github",
    request: { target: { kind: "prompt", name: "review" }, argument: "branch", value: "main", others: { repo: "pat" } },
  });
  expect(screen.queryByText(/no such thing/i)).toBeNull();
  await user.type(screen.getByRole("textbox", { name: /^branch/ }), "{Enter}");
  await expectCall(host, "fillPrompt").toMatchObject({ values: { repo: "pat", branch: "main" } });

  await user.click(screen.getByRole("tab", { name: /^Tools/ }));
  await user.click(screen.getByRole("tab", { name: /^Prompts/ }));
  await user.click(await screen.findByRole("button", { name: /^review/ }));
  expect(await screen.findByLabelText(/^repo/)).toHaveValue("pat");
});

it("a_shown_resource_is_watched_and_read_again_after_changes", async () => {
  let text = "first";
  const { user, host } = renderApp("/connectors/con_github?tab=resources", { connectors: [connector()] }, (mock) => {
    mock.handlers.listResources = () =>
      ["readme", "license"].map((name) => ({
        uri: `repo://${name}`,
        name,
        title: null,
        description: null,
        mimeType: null,
        variables: null,
      }));
    mock.handlers.readResource = ({ uri }) => [
      { kind: "resource", uri: uri as string, mimeType: "text/plain", text: `${text} ${String(uri)}`, blob: null },
    ];
  });
  await user.click(await screen.findByRole("button", { name: /^readme/ }));
  expect(await screen.findByText("first repo://readme")).toBeVisible();
  screen.getByRole("region", { name: "Resource" }).scrollTop = 40;
  await expectCall(host, "watchResource").toMatchObject({ uri: "repo://readme" });
  const watch = host.lastCall("watchResource")?.watch;
  text = "second";
  const changed = { kind: "resource_changed", connector: "con_github", uri: "repo://readme" } as const;
  await act(() => host.emit(changed));
  expect(await screen.findByText("second repo://readme")).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^license/ }));
  expect(screen.getByRole("region", { name: "Resource" }).scrollTop).toBe(0);
  await expectCall(host, "endWatch").toEqual({ watch });
  await expectCall(host, "watchResource").toMatchObject({ uri: "repo://license" });
});

it("a_resource_is_read_and_a_prompt_filled_in", async () => {
  const { user, host, container } = renderApp(
    "/connectors/con_github?tab=resources",
    { connectors: [connector()] },
    (mock) => {
      mock.handlers.listResources = () =>
        [
          ...["readme", "license"].map((name) => ({ uri: `repo://${name}`, name, variables: null })),
          {
            uri: "repo://{+path}{?ref}",
            name: "File",
            variables: [
              { name: "path", isRequired: true },
              { name: "ref", isRequired: false },
            ],
          },
        ].map((one) => ({ ...one, title: null, description: null, mimeType: "text/markdown" }));
      mock.handlers.readResource = ({ uri }) => [
        {
          kind: "resource",
          uri: uri as string,
          mimeType: "text/markdown",
          text: uri === "repo://license" ? "All **rights**" : `path ${String(uri)}`,
          blob: null,
        },
      ];
      mock.handlers.fillResourceTemplate = ({ values }) => (values as { path: string }).path;
      mock.handlers.listPrompts = () => [
        {
          name: "review",
          title: "Review a change",
          description: null,
          arguments: [{ name: "number", description: "Of the pull request", isRequired: true }],
        },
      ];
      mock.handlers.fillPrompt = ({ values }) => ({
        description: null,
        messages: [
          { role: "user", content: { kind: "text", text: `Review ${String((values as { number: string }).number)}` } },
          { role: "assistant", content: { kind: "text", text: "Which one?" } },
        ],
      });
    },
  );
  const list = await screen.findByRole("list", { name: "Resources" });
  const scroll = vi.spyOn(Element.prototype, "scrollIntoView");
  onTestFinished(() => scroll.mockRestore());
  await user.type(screen.getByRole("textbox", { name: "Filter resources" }), "lic");
  expect(within(list).getAllByRole("listitem")).toHaveLength(1);
  await user.click(within(list).getByRole("button", { name: /^license/ }));
  expect(await screen.findByText("rights")).toBeVisible();
  expect(scroll.mock.contexts).toEqual([screen.getByRole("region", { name: "Resource" })]);
  expect(host.lastCall("readResource")).toEqual({ connector: "con_github", uri: "repo://license" });
  await user.click(screen.getByRole("button", { name: "Save license" }));
  expect(await screen.findByText("/home/lena/Downloads/license")).toBeVisible();
  expect(host.lastCall("saveContent")).toMatchObject({ content: { text: "All **rights**" } });
  expect(await axeViolations(container)).toEqual([]);

  // The filter and the selection are kept while another tab is shown.
  await user.click(screen.getByRole("tab", { name: /^Overview/ }));
  await user.click(screen.getByRole("tab", { name: /^Resources/ }));
  expect(await screen.findByText("rights")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Filter resources" })).toHaveValue("lic");
  await user.type(screen.getByRole("textbox", { name: "Filter resources" }), "x");
  await user.click(screen.getByRole("button", { name: "Clear filter" }));
  await user.click(screen.getByRole("button", { name: /^File/ }));
  await user.click(screen.getByRole("button", { name: "Read resource" }));
  expect(screen.getByRole("textbox", { name: /^path/ })).toHaveAccessibleDescription("Enter path");
  expect(screen.getByRole("textbox", { name: /^path/ })).toHaveFocus();
  expect(screen.getByRole("textbox", { name: /^ref/ })).not.toHaveAccessibleDescription("Enter ref");
  await user.type(screen.getByRole("textbox", { name: /^path/ }), "src/main.rs{Enter}");
  expect(await screen.findByText("path src/main.rs")).toBeVisible();
  expect(host.lastCall("fillResourceTemplate")).toEqual({
    uri: "repo://{+path}{?ref}",
    values: { path: "src/main.rs" },
  });
  await expectCall(host, "watchResource").toMatchObject({ uri: "src/main.rs" });
  const reads = () => host.calls.filter((one) => one.name === "readResource" && one.given.uri === "src/main.rs");
  expect(reads()).toHaveLength(1);
  await user.click(screen.getByRole("button", { name: "Read resource" }));
  await waitFor(() => expect(reads()).toHaveLength(2));
  expect(await axeViolations(container)).toEqual([]);

  await user.click(screen.getByRole("tab", { name: "Prompts" }));
  await user.click(await screen.findByRole("button", { name: /^Review a change/ }));
  await user.click(screen.getByRole("button", { name: "Show prompt" }));
  const number = screen.getByRole("textbox", { name: /^number/ });
  expect(number).toHaveAccessibleDescription("Enter number");
  await user.type(number, "12{Enter}");
  expect(await screen.findByText("Review 12")).toBeVisible();
  expect(host.lastCall("fillPrompt")).toEqual({ connector: "con_github", prompt: "review", values: { number: "12" } });
  // The lines of a pasted text stay.
  await user.clear(number);
  await user.paste("1\r\n2");
  const lines = screen.getByRole("textbox", { name: /^number/ });
  expect(lines).toHaveFocus();
  await user.type(lines, "\n3");
  await user.click(screen.getByRole("button", { name: "Show prompt" }));
  await expectCall(host, "fillPrompt").toMatchObject({ values: { number: "1\n2\n3" } });
  await user.clear(lines);
  await user.type(lines, "12");
  await user.click(screen.getByRole("button", { name: "Show prompt" }));
  expect(await screen.findByText("Review 12")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Copy as text" }));
  const text = "User:\nReview 12\n\nAssistant:\nWhich one?";
  await expectCall(host, "copyText").toMatchObject({ text });
  await user.click(screen.getByRole("button", { name: "Copy as JSON" }));
  await waitFor(() =>
    expect(JSON.parse((host.lastCall("copyText") as { text: string }).text)).toMatchObject([
      { role: "user" },
      { role: "assistant" },
    ]),
  );
});

it("the_command_of_a_local_program_is_edited_as_text", async () => {
  const command = { program: "npx", arguments: ["-y", "server-files"], folder: null, variables: { LEVEL: "info" } };
  const local = connector({ endpoint: null, authentication: { kind: "none" }, command });
  const { user, host, container } = renderApp("/connectors/con_github?tab=settings", { connectors: [local] });
  const form = within(await screen.findByRole("region", { name: "Command" }));
  expect(form.getByRole("button", { name: "Save command" })).toBeDisabled();
  expect(await axeViolations(container)).toEqual([]);
  await user.type(form.getByLabelText("Arguments"), "\n/srv/my files");
  await user.type(form.getByLabelText("Environment variables"), "\nno value");
  await user.click(form.getByRole("button", { name: "Save command" }));
  expect(form.getByLabelText("Environment variables")).toHaveAccessibleDescription("Enter NAME=VALUE on each line");
  await user.clear(form.getByLabelText("Environment variables"));
  await user.click(form.getByRole("button", { name: "Save command" }));
  const changed = { ...command, arguments: ["-y", "server-files", "/srv/my files"], variables: {} };
  await expectCall(host, "updateConnector").toEqual({ connector: "con_github", changes: { command: changed } });
  await waitFor(() => expect(form.getByRole("button", { name: "Save command" })).toBeDisabled());
});

it("a_local_program_without_secrets_gets_a_secret_variable", async () => {
  const command = { program: "npx", arguments: ["server-files"], folder: null, variables: {} };
  const local = connector({ endpoint: null, authentication: { kind: "none" }, command, title: "Files" });
  const { user, host, container } = renderApp("/connectors/con_github?tab=settings", { connectors: [local] });
  const form = within(await screen.findByRole("region", { name: "Secret variables" }));
  expect(await axeViolations(container)).toEqual([]);
  await user.type(form.getByLabelText("Variable"), "API_KEY");
  await user.click(form.getByRole("button", { name: "Save variable" }));
  expect(form.getByLabelText("Value")).toHaveAccessibleDescription("Enter a value");
  await user.type(form.getByLabelText("Value"), "hunter2");
  await user.click(form.getByRole("button", { name: "Save variable" }));
  await expectCall(host, "setSecretVariables").toEqual({
    connector: "con_github",
    values: { API_KEY: { kind: "new", secret: "hunter2" } },
  });
  expect(await form.findByText(/^API_KEY\. Saved in the credential Files/)).toBeVisible();
  expect(form.getByLabelText("Value")).toHaveValue("");
});
