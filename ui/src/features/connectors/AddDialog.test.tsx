import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { type AddressInspection, type Connector, type Problem } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { inspection } from "@/test/mockHost";
import { pastedAddress } from "@/test/pastedSamples";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { problem, vault } from "@/test/samples";

type Prepare = NonNullable<Parameters<typeof renderApp>[2]>;

const address = "https://mcp.example.com/mcp";

const nameTaken: Partial<Problem> = {
  code: "conflict",
  message: "the name is taken",
  hint: "Choose another name.",
  retryable: false,
};

/** What the inspection of an address finds. */
const inspectionFinds =
  (found: Partial<AddressInspection>): Prepare =>
  (host) => {
    host.handlers.inspectAddress = ({ address: url }) => inspection(url as string, found);
  };

const inspectionHangs: Prepare = (host) => {
  host.handlers.inspectAddress = () => new Promise(() => undefined);
};

const pasteAddress = (prepare?: Prepare) => paste(address, prepare);

async function paste(text: string, prepare?: Prepare) {
  const view = renderApp("/connectors", {}, prepare);
  await screen.findByText("No connectors yet");
  await view.user.keyboard("n");
  await view.user.click(await screen.findByRole("textbox", { name: "Address or command" }));
  await view.user.paste(text);
  await view.user.keyboard("{Enter}");
  return view;
}

it("adds_an_address_and_signs_in", async () => {
  const { user, host } = await pasteAddress();
  expect(await screen.findByText("https://auth.example.com")).toBeVisible();
  expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  await user.click(screen.getByRole("button", { name: /Add and sign in/ }));
  expect(await screen.findByRole("dialog", { name: "Sign in to Example" })).toBeVisible();
  expect(host.lastCall("addConnector")).toEqual({
    request: {
      url: address,
      name: null,
      title: "Example",
      authentication: {
        kind: "oauth",
        client: null,
        callbackPort: null,
        callbackHost: null,
        redirect: "loopback",
        scopes: [],
      },
      timeLimits: {},
      isOff: false,
    },
  });
});

it("takes_a_passphrase_where_there_is_no_keychain_and_goes_on", async () => {
  const noKeychain = problem({ code: "vault.no_keychain", message: "No system keychain found" });
  const { user, host } = await pasteAddress();
  const added = host.handlers.addConnector;
  host.handlers.addConnector = (call) => {
    if (host.state.vault.state !== "ready") throw noKeychain;
    return added?.(call) as Connector;
  };
  host.state.vault = vault({ backend: null, state: "empty", problem: noKeychain });
  const dialog = within(await screen.findByRole("dialog", { name: "Add connector" }));
  await user.click(await dialog.findByRole("radio", { name: "Token" }));
  await user.type(dialog.getByLabelText("Token"), "s3cret-s3cret");
  await user.click(dialog.getByRole("button", { name: /^Add connector/ }));
  await user.click(await screen.findByRole("button", { name: "Use a passphrase" }));
  await user.type(dialog.getByLabelText("Passphrase"), "correct horse battery");
  await user.type(dialog.getByLabelText("Repeat passphrase"), "correct horse battery{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog", { name: "Add connector" })).toBeNull());
  expect(host.calls.filter(({ name }) => name === "addConnector")).toHaveLength(2);
  expect(await screen.findByRole("heading", { name: "Example" })).toBeVisible();
});

it("unfolds_the_short_name_on_a_conflict", async () => {
  const { user, host } = await pasteAddress((mock) => {
    inspectionFinds({ name: "patchbay-playground" })(mock);
    mock.fail("addConnector", nameTaken);
  });
  expect(await screen.findByRole("button", { name: "Short name: patchbay-playground" })).toBeVisible();
  expect(screen.queryByRole("textbox", { name: "Short name" })).not.toBeInTheDocument();
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /Add and sign in/ }));
  const field = await screen.findByRole("textbox", { name: "Short name" });
  expect(field).toHaveValue("patchbay-playground");
  await user.clear(field);
  await user.type(field, "mine");
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /Add and sign in/ }));
  await expectCall(host, "addConnector").toMatchObject({ request: { name: "mine" } });
});

it("derives_the_short_name_of_another_name_when_adding", async () => {
  const { user, host } = await pasteAddress();
  expect(await screen.findByRole("button", { name: "Short name: example" })).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Name" }), " two");
  expect(screen.getByRole("button", { name: "Short name" })).toBeVisible();
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /Add and sign in/ }));
  await expectCall(host, "addConnector").toMatchObject({ request: { name: null, title: "Example two" } });
});

it("keeps_the_sign_in_form_between_addresses", async () => {
  const { user } = await pasteAddress();
  await user.click(await screen.findByRole("radio", { name: "Token" }));
  await user.type(screen.getByLabelText("Token"), "hunter2");
  await user.click(screen.getByRole("button", { name: "Back" }));
  const field = await screen.findByRole("textbox", { name: "Address or command" });
  await user.clear(field);
  await user.type(field, "https://other.example.com/mcp{Enter}");
  await user.click(await screen.findByRole("radio", { name: "Token" }));
  expect(screen.getByLabelText("Token")).toHaveValue("hunter2");
});

it("checks_at_once_without_a_sign_in", async () => {
  const { user, host } = await pasteAddress(inspectionFinds({ needsAuthorization: false, methods: ["none"] }));
  await user.click(await within(await screen.findByRole("dialog")).findByRole("button", { name: /Add connector/ }));
  await expectCall(host, "checkConnector").toEqual({ connector: "con_example" });
  expect(host.lastCall("startAuthorization")).toBeUndefined();
});

it("opens_the_tools_of_a_new_connector_once_loaded", async () => {
  const isReady: Prepare = (mock) => {
    inspectionFinds({ needsAuthorization: false, methods: ["none"] })(mock);
    mock.handlers.checkConnector = ({ connector: id }) => {
      const before = mock.state.connectors.find((one) => one.id === id);
      if (!before) throw new Error("no such connector");
      const ready = { ...before, status: { ...before.status, status: "ready" as const }, toolCount: 3 };
      mock.state.connectors = mock.state.connectors.map((one) => (one.id === id ? ready : one));
      return { connector: ready, steps: [] };
    };
  };
  const { user } = await pasteAddress(isReady);
  await user.click(await within(await screen.findByRole("dialog")).findByRole("button", { name: /Add connector/ }));
  expect(await screen.findByRole("tab", { name: /^Tools/, selected: true })).toBeVisible();
});

it("keeps_the_input_when_adding_fails", async () => {
  const { user } = await pasteAddress((host) => host.fail("addConnector", nameTaken));
  await user.click(await screen.findByRole("radio", { name: "Token" }));
  await user.type(screen.getByLabelText("Token"), "s3cret");
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /Add connector/ }));
  expect(await screen.findByText("The name is taken")).toBeVisible();
  expect(screen.getByLabelText("Token")).toHaveValue("s3cret");
});

it("sends_credentials_over_http_only_if_allowed", async () => {
  const { user, host } = await pasteAddress(inspectionFinds({ plainHttp: true, methods: ["bearer"] }));
  const dialog = await screen.findByRole("dialog");
  await user.click(await within(dialog).findByRole("radio", { name: "None" }));
  expect(within(dialog).queryByRole("switch")).not.toBeInTheDocument();
  await user.click(within(dialog).getByRole("radio", { name: "Token" }));
  await user.type(within(dialog).getByLabelText("Token"), "s3cret");
  const insists = within(dialog).getByRole("switch", { name: /Allow plain http/ });
  expect(insists).not.toBeChecked();
  expect(within(dialog).getByText(/Anyone on the network can read and use the credentials/)).toBeVisible();
  await user.click(insists);
  await user.click(within(dialog).getByRole("button", { name: /Add connector/ }));
  await expectCall(host, "addConnector").toMatchObject({ request: { allowPlainHttp: true } });
});

it("warns_about_a_key_in_the_address", async () => {
  await pasteAddress(inspectionFinds({ hasSecretQuery: true }));
  expect(await screen.findByText("This address seems to contain a key")).toBeVisible();
});

it("sends_a_secret_reference", async () => {
  const { user, host } = await pasteAddress();
  await user.click(await screen.findByRole("radio", { name: "Token" }));
  await user.click(screen.getByRole("radio", { name: "Secret reference" }));
  await user.type(screen.getByRole("textbox", { name: "Secret reference" }), "env://EXAMPLE_TOKEN");
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /Add connector/ }));
  await expectCall(host, "addConnector").toMatchObject({
    request: { authentication: { kind: "bearer", token: { kind: "reference", reference: "env://EXAMPLE_TOKEN" } } },
  });
});

it("treats_a_token_as_a_reference_only_if_selected", async () => {
  const { user, host } = await pasteAddress();
  await user.click(await screen.findByRole("radio", { name: "Token" }));
  await user.type(screen.getByLabelText("Token"), "cmd://touch /tmp/x");
  expect(screen.getByRole("button", { name: "Use as reference" })).toBeVisible();
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /Add connector/ }));
  await expectCall(host, "addConnector").toMatchObject({
    request: { authentication: { token: { kind: "new", secret: "cmd://touch /tmp/x" } } },
  });
});

it("turns_a_pasted_header_into_a_reference", async () => {
  const { user, host } = await pasteAddress();
  await user.click(await screen.findByRole("radio", { name: "Headers" }));
  await user.type(screen.getByRole("textbox", { name: "Header" }), "X-Key");
  await user.type(screen.getByLabelText("Value"), "env://EXAMPLE_KEY");
  await user.click(screen.getByRole("button", { name: "Use as reference" }));
  expect(screen.getByRole("textbox", { name: "Value" })).toHaveValue("env://EXAMPLE_KEY");
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /Add connector/ }));
  await expectCall(host, "addConnector").toMatchObject({
    request: {
      authentication: { kind: "headers", values: { "X-Key": { kind: "reference", reference: "env://EXAMPLE_KEY" } } },
    },
  });
});

it("asks_to_allow_the_program_of_a_reference", async () => {
  const reference = "cmd://pass show mcp";
  const { user, host } = await pasteAddress((mock) =>
    mock.fail("addConnector", {
      code: "reference.not_allowed",
      message: "Patchbay isn't allowed to run /usr/bin/pass for a secret",
      detail: reference,
      retryable: false,
    }),
  );
  await user.click(await screen.findByRole("radio", { name: "Token" }));
  await user.click(screen.getByRole("radio", { name: "Secret reference" }));
  await user.type(screen.getByRole("textbox", { name: "Secret reference" }), reference);
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /Add connector/ }));
  await user.click(await screen.findByRole("button", { name: "Allow program…" }));
  await expectCall(host, "allowProgram").toEqual({ reference });
});

it("shows_the_redirect_uri_for_an_own_oauth_app", async () => {
  const { user, host } = await pasteAddress(inspectionFinds({ registersItself: false }));
  expect(await screen.findByText("http://127.0.0.1:27218/callback")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Advanced" }));
  await user.type(screen.getByRole("textbox", { name: "Port" }), "7718");
  await user.click(screen.getByRole("button", { name: "Copy" }));
  expect(host.lastCall("copyText")).toEqual({ text: "http://127.0.0.1:7718/callback" });
  await user.click(screen.getByRole("button", { name: /Add and sign in/ }));
  expect(await screen.findByText("Enter the client ID")).toBeVisible();
});

it("says_nothing_of_a_servers_oauth_apps_that_was_not_asked", async () => {
  const unreachable = problem({ code: "network.unreachable", message: "host not found" });
  const found = { registersItself: false, problem: unreachable, server: null, needsAuthorization: false };
  await pasteAddress(inspectionFinds(found));
  expect(await screen.findByText(/Host not found/)).toBeVisible();
  expect(screen.queryByText(/^Required: this server/)).toBeNull();
});

it("asks_for_no_own_oauth_app_where_none_is_needed", async () => {
  const { user, host } = await pasteAddress();
  await user.click(await screen.findByRole("button", { name: "Advanced" }));
  await user.click(screen.getByRole("switch", { name: /^Use your own OAuth app/ }));
  await user.click(screen.getByRole("button", { name: "Advanced" }));
  expect(screen.queryByRole("switch", { name: /^Use your own OAuth app/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: /Add and sign in/ }));
  expect(await screen.findByText("Enter the client ID")).toBeVisible();
  expect(screen.getByRole("textbox", { name: /^Client ID/ })).toHaveFocus();
  expect(host.lastCall("addConnector")).toBeUndefined();
});

it("shows_an_invalid_port_that_was_folded_away", async () => {
  const { user, host } = await pasteAddress();
  await user.click(await screen.findByRole("button", { name: "Advanced" }));
  await user.type(screen.getByRole("textbox", { name: "Port" }), "http");
  await user.click(screen.getByRole("button", { name: "Advanced" }));
  await user.click(screen.getByRole("button", { name: /Add and sign in/ }));
  expect(await screen.findByRole("textbox", { name: "Port" })).toBeInvalid();
  expect(host.lastCall("addConnector")).toBeUndefined();
});

it("stops_an_inspection", async () => {
  const { user, host } = await pasteAddress(inspectionHangs);
  await user.click(await screen.findByRole("button", { name: "Stop" }));
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull();
  expect(screen.getByRole("textbox", { name: "Address or command" })).toHaveValue(address);
  expect(host.lastCall("cancelInspection")).toEqual({ inspection: host.lastCall("inspectAddress")?.inspection });
});

it("ignores_the_result_of_an_inspection_that_was_stopped", async () => {
  let answer: (found: AddressInspection) => void = () => undefined;
  const { user } = await pasteAddress((host) => {
    host.handlers.inspectAddress = () => new Promise<AddressInspection>((resolve) => (answer = resolve));
  });
  await user.click(await screen.findByRole("button", { name: "Stop" }));
  await act(async () => {
    answer(inspection(address));
    await Promise.resolve();
  });
  expect(screen.getByRole("textbox", { name: "Address or command" })).toHaveValue(address);
  expect(screen.queryByRole("region", { name: "Found" })).toBeNull();
});

it("cancels_the_inspection_on_close", async () => {
  const { user, host } = await pasteAddress(inspectionHangs);
  await screen.findByRole("button", { name: "Stop" });
  await user.click(screen.getByRole("button", { name: /^Cancel/ }));
  await expectCall(host, "cancelInspection").toEqual({ inspection: host.lastCall("inspectAddress")?.inspection });
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("does_not_cancel_a_finished_inspection", async () => {
  const { host } = await pasteAddress();
  expect(await screen.findByText("https://auth.example.com")).toBeVisible();
  expect(host.lastCall("cancelInspection")).toBeUndefined();
});

it("reads_the_address_from_the_settings_of_another_app", async () => {
  const { host } = await paste(JSON.stringify({ mcpServers: { Linear: { url: address } } }));
  expect(await screen.findByRole("textbox", { name: "Name" })).toHaveValue("Linear");
  expect(host.lastCall("inspectAddress")).toMatchObject({ address });
});

it("shows_a_parse_error_at_the_field", async () => {
  const { user, host } = await paste("npx server | sh", (mock) =>
    mock.fail("readPasted", {
      code: "usage.invalid",
      message: "| needs a shell, and Patchbay runs none",
      hint: "Save the command as a script and add that.",
    }),
  );
  const field = screen.getByRole("textbox", { name: "Address or command" });
  await waitFor(() => expect(field).toHaveAccessibleDescription(/^\| needs a shell, .* Save the command/));
  expect(field).toHaveValue("npx server | sh");
  await user.type(field, "x");
  expect(field).not.toHaveAccessibleDescription();
  expect(host.lastCall("inspectAddress")).toBeUndefined();
});

it("offers_a_retry_and_selects_no_method_without_a_response", async () => {
  const { user, host } = await pasteAddress(
    inspectionFinds({
      needsAuthorization: false,
      methods: ["none", "bearer", "headers"],
      issuer: null,
      scopes: [],
      problem: problem({ code: "network.dns", message: "couldn't find mcp.example.com" }),
    }),
  );
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(await dialog.findByRole("button", { name: /^Try again/ }));
  await waitFor(() => expect(host.calls.filter(({ name }) => name === "inspectAddress")).toHaveLength(2));
  for (const radio of dialog.getAllByRole("radio")) expect(radio).not.toBeChecked();
  await user.click(dialog.getByRole("button", { name: "Add anyway" }));
  expect(dialog.getByText("Choose how to sign in")).toBeVisible();
  await user.click(dialog.getByRole("radio", { name: "None" }));
  await user.click(dialog.getByRole("button", { name: "Add anyway" }));
  await expectCall(host, "addConnector").toMatchObject({ request: { url: address } });
});

it("keeps_the_chosen_sign_in_when_an_address_is_tried_again", async () => {
  const unreachable = problem({ code: "network.dns", message: "couldn't find mcp.example.com" });
  const { user, host } = await pasteAddress(inspectionFinds({ needsAuthorization: false, problem: unreachable }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(await dialog.findByRole("radio", { name: "Token" }));
  await user.type(dialog.getByLabelText("Token"), "hunter2");
  inspectionFinds({ methods: ["oauth", "bearer"] })(host);
  await user.click(dialog.getByRole("button", { name: /^Try again/ }));
  expect(await dialog.findByRole("button", { name: /^Add connector/ })).toBeVisible();
  expect(dialog.getByRole("radio", { name: "Token" })).toBeChecked();
  expect(dialog.getByLabelText("Token")).toHaveValue("hunter2");
});

it("shows_the_host_that_a_link_would_contact_where_it_is_written_otherwise", async () => {
  await paste("patchbay://install?url=x", (mock) => {
    const look = "https://github.com⁄mcp.evil.example/x";
    mock.handlers.readPasted = () => ({ servers: [pastedAddress(look)], notes: [], isLink: true });
  });
  expect(await screen.findByText("github.xn--commcp-rq0c.evil.example")).toBeVisible();
  expect(screen.getByText("Unusual host name")).toBeVisible();
});

it("shows_where_a_filled_in_secret_would_go", async () => {
  const url = "https://mcp.evil.example/${input:TOKEN}/mcp";
  const { host } = await paste("{}", (mock) => {
    const text = "${input:TOKEN}";
    const blank = { text, name: "TOKEN", description: null, default: null, options: [], isSecret: true };
    mock.handlers.readPasted = () => ({
      servers: [{ ...pastedAddress(url), title: "github", blanks: [blank] }],
      notes: [],
      isLink: false,
    });
  });
  expect(await screen.findByText("Add github")).toBeVisible();
  expect(screen.getByText(url)).toBeVisible();
  expect(host.lastCall("inspectAddress")).toBeUndefined();
});

it("sends_nothing_to_the_address_in_a_pasted_link_before_somebody_agreed", async () => {
  const { user, host } = await paste("cursor://anysphere.cursor-deeplink/mcp/install?config=e30", (mock) => {
    mock.handlers.readPasted = () => ({ servers: [pastedAddress(address)], notes: [], isLink: true });
  });
  expect(await screen.findByText(address)).toBeVisible();
  expect(host.lastCall("inspectAddress")).toBeUndefined();
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await waitFor(() => expect(host.lastCall("inspectAddress")).toMatchObject({ address }));
});
