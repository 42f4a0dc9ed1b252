import { screen, waitFor, within } from "@testing-library/react";
import { beforeAll, describe, expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { type MockHost } from "@/test/mockHost";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { account, connector, manyEntries, manyPlatforms } from "@/test/samples";
import { signInMethods } from "./accountForm";

const state = { connectors: [connector()], wallet: manyEntries() };

async function choosePlatform(title: string, prepare?: (host: MockHost) => void) {
  const view = renderApp("/connectors", state, prepare);
  await view.user.click(await screen.findByRole("button", { name: "Add account" }));
  const platforms = await screen.findByRole("list", { name: "Platforms" });
  await view.user.click(within(platforms).getByRole("button", { name: new RegExp(`^${title}`) }));
  return { ...view, dialog: await screen.findByRole("dialog", { name: `Add ${title} account` }) };
}

describe("platform cards", () => {
  it("show_required_fields_and_which_platforms_are_experimental", async () => {
    const { user } = renderApp("/connectors", state);
    await user.click(await screen.findByRole("button", { name: "Add account" }));
    const platforms = await screen.findByRole("list", { name: "Platforms" });
    expect(within(platforms).getByRole("button", { name: /^Mistral ?MISTRAL_API_KEY ?API key$/ })).toBeVisible();
    expect(within(platforms).getByRole("button", { name: /^Airbyte ?Client ID and secret, or token$/ })).toBeVisible();
    expect(within(platforms).getAllByText("Experimental")).toHaveLength(1);
    expect(within(platforms).getByRole("button", { name: /^10ex ?Experimental/ })).toBeVisible();
    expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  });
});

describe("form of a platform", () => {
  // The form of JSON settings is loaded when it is first shown; that is not what is measured here.
  beforeAll(() => import("@/components/SchemaForm/SchemaForm"), 30_000);

  it.each(manyPlatforms())("asks_for_what_is_needed_by_$title", async (platform) => {
    const { title, fields } = platform;
    const { user, dialog } = await choosePlatform(title);
    for (const field of fields.filter((one) => !one.isAdvanced)) {
      if (field.signInMethod && signInMethods(platform).length > 1)
        await user.click(within(dialog).getByRole("radio", { name: field.signInMethod }));
      const input = within(dialog).getByLabelText(new RegExp(`^${field.title}( ?required)?$`), { selector: "input" });
      expect(input).toHaveAttribute("type", field.isSecret ? "password" : "text");
    }
    expect(await axeViolations(dialog)).toEqual([]);
  });

  it("offers_the_environment_variable_of_the_official_client", async () => {
    const { user, host, dialog } = await choosePlatform("Mistral");
    await user.click(within(dialog).getByRole("button", { name: /Use environment variable MISTRAL_API_KEY/ }));
    await user.click(within(dialog).getByRole("button", { name: "Advanced" }));
    await user.click(within(dialog).getByRole("button", { name: /Region/ }));
    await user.click(await screen.findByRole("option", { name: "eu" }));
    await user.type(within(dialog).getByRole("textbox", { name: "Name" }), "Northlight");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByRole("heading", { name: "Northlight", level: 1 })).toBeVisible();
    expect(host.lastCall("addAccount")).toEqual({
      request: {
        platform: "mistral",
        label: "Northlight",
        settings: { region: "eu" },
        secrets: { api_key: { kind: "reference", reference: "env://MISTRAL_API_KEY" } },
      },
    });
  });

  it("opens_the_connectors_of_the_new_account", async () => {
    const { user, dialog, history } = await choosePlatform("Cohere", (host) => {
      const usual = host.handlers.addAccount!;
      host.handlers.addAccount = async (given) => {
        const added = await usual(given);
        host.state.connectors = [...host.state.connectors, connector({ id: "con_new", account: added.id })];
        return added;
      };
    });
    await user.type(within(dialog).getByLabelText(/^API key/, { selector: "input" }), "co-123{Enter}");
    expect(await screen.findByRole("heading", { name: "Connectors", level: 1 })).toBeVisible();
    expect(history.location.search).toMatch(/^\?account=/);
  });

  it("sends_only_the_fields_of_the_selected_sign_in_method", async () => {
    const { user, host, dialog } = await choosePlatform("Airbyte");
    await user.type(within(dialog).getByRole("textbox", { name: "Client ID" }), "app");
    await user.click(within(dialog).getByRole("radio", { name: "Token" }));
    expect(within(dialog).queryByRole("textbox", { name: "Client ID" })).toBeNull();
    await user.type(within(dialog).getByLabelText(/^Token/, { selector: "input" }), "ab-1{Enter}");
    await expectCall(host, "addAccount").toMatchObject({
      request: { settings: {}, secrets: { token: { kind: "new", secret: "ab-1" } } },
    });
    expect(host.lastCall("addAccount")).not.toHaveProperty("request.settings.client_id");
  });

  it("strips_the_bearer_prefix_of_a_key", async () => {
    const { user, host, dialog } = await choosePlatform("Cohere");
    await user.type(within(dialog).getByLabelText(/^API key/, { selector: "input" }), "Bearer co-123{Enter}");
    await expectCall(host, "addAccount").toMatchObject({
      request: { label: null, secrets: { api_key: { kind: "new", secret: "co-123" } } },
    });
  });

  it("uses_a_saved_credential", async () => {
    const { user, host, dialog } = await choosePlatform("Cohere");
    await user.click(within(dialog).getByRole("radio", { name: "Saved" }));
    await user.click(within(dialog).getByRole("button", { name: /API key/ }));
    await user.click(await screen.findByRole("option", { name: "Stripe restricted key" }));
    await user.click(within(dialog).getByRole("button", { name: /^Add account/ }));
    await expectCall(host, "addAccount").toMatchObject({
      request: { secrets: { api_key: { kind: "entry", entry: "wal_stripe" } } },
    });
  });

  it("focuses_a_missing_field_and_sends_nothing", async () => {
    const { user, host, dialog } = await choosePlatform("Mistral");
    await user.click(within(dialog).getByRole("button", { name: /^Add account/ }));
    const key = within(dialog).getByLabelText(/^API key/, { selector: "input" });
    expect(key).toHaveAccessibleDescription("Enter the API key");
    await waitFor(() => expect(key).toHaveFocus());
    expect(host.lastCall("addAccount")).toBeUndefined();
  });

  it("shows_a_server_error_at_its_field_and_keeps_the_input", async () => {
    const { user, dialog } = await choosePlatform("Cohere", (host) =>
      host.fail("addAccount", {
        code: "auth.refused",
        message: "Cohere rejected this key",
        hint: "Check it and try again.",
        status: 401,
        fields: [{ path: "/secrets/api_key", message: "invalid api token" }],
      }),
    );
    const key = within(dialog).getByLabelText(/^API key/, { selector: "input" });
    await user.type(key, "co-wrong{Enter}");
    const notice = await within(dialog).findByRole("alert");
    expect(within(notice).getByText("Cohere rejected this key")).toBeVisible();
    expect(within(notice).queryByText(/invalid api token/)).toBeNull();
    expect(key).toHaveAccessibleDescription("invalid api token");
    await waitFor(() => expect(key).toHaveFocus());
    expect(key).toHaveValue("co-wrong");
    expect(await axeViolations(dialog)).toEqual([]);
  });

  it("can_be_stopped_and_removes_an_account_that_is_added_later", async () => {
    let answer: (added: ReturnType<typeof account>) => void = () => undefined;
    const { user, host, dialog } = await choosePlatform("Cohere", (mock) => {
      mock.handlers.addAccount = () =>
        new Promise((resolve) => {
          answer = resolve;
        });
    });
    const key = within(dialog).getByLabelText(/^API key/, { selector: "input" });
    await user.type(key, "co-slow{Enter}");
    await user.click(await within(dialog).findByRole("button", { name: "Stop" }));
    expect(within(dialog).queryByRole("button", { name: "Stop" })).toBeNull();
    expect(key).toHaveValue("co-slow");
    answer(account({ id: "acc_late", platform: "cohere", label: "Cohere" }));
    await expectCall(host, "removeAccount").toEqual({ account: "acc_late" });
    expect(dialog).toBeVisible();
  });

  it("asks_before_a_sign_in_under_way_and_its_key_are_given_up", async () => {
    const { user, host, dialog } = await choosePlatform("Cohere", (mock) => {
      mock.handlers.addAccount = () => new Promise(() => undefined);
    });
    const key = within(dialog).getByLabelText(/^API key/, { selector: "input" });
    await user.type(key, "co-slow{Enter}");
    await within(dialog).findByRole("button", { name: "Stop" });
    await user.keyboard("{Escape}");
    await user.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(key).toHaveValue("co-slow");
    expect(within(dialog).getByRole("button", { name: "Stop" })).toBeVisible();
    expect(host.lastCall("removeAccount")).toBeUndefined();
  });

  it("edits_the_routes_of_an_experimental_platform_under_advanced", async () => {
    const { user, host, dialog } = await choosePlatform("10ex");
    expect(within(dialog).getByText("Experimental")).toBeVisible();
    await user.type(within(dialog).getByLabelText(/^API key/, { selector: "input" }), "tnx_1");
    await user.click(within(dialog).getByRole("button", { name: "Advanced" }));
    expect(within(dialog).getByRole("textbox", { name: "Base URL" })).toBeVisible();
    await user.type(within(dialog).getByRole("textbox", { name: "Authorization prefix" }), "Key ");
    await user.click(await within(dialog).findByRole("button", { name: /Add List/ }));
    const path = await within(dialog).findByRole("textbox", { name: /^Path/ });
    await user.type(path, "x");
    await user.click(within(dialog).getByRole("button", { name: /^Add account/ }));
    expect(await within(dialog).findByText(/^list\/path: /)).toBeVisible();
    expect(host.lastCall("addAccount")).toBeUndefined();
    await user.clear(path);
    await user.type(path, "/x");
    await user.click(within(dialog).getByRole("button", { name: /^Add account/ }));
    await expectCall(host, "addAccount").toMatchObject({
      request: { settings: { auth_prefix: "Key ", routes: { list: { path: "/x" } } } },
    });
  });

  it("does_not_send_a_setting_while_a_part_of_it_is_invalid_json", async () => {
    const { user, host, dialog } = await choosePlatform("10ex", (mock) => {
      for (const { fields } of mock.state.platforms)
        for (const field of fields)
          if (field.form) field.form = { schema: { type: "object", properties: { words: {} } }, values: {}, kept: [] };
    });
    await user.type(within(dialog).getByLabelText(/^API key/, { selector: "input" }), "tnx_1");
    await user.click(within(dialog).getByRole("button", { name: "Advanced" }));
    const words = await within(dialog).findByLabelText("words");
    await user.type(words, "1,");
    await user.click(within(dialog).getByRole("button", { name: /^Add account/ }));
    await waitFor(() => expect(words).toHaveFocus());
    expect(words).toHaveAttribute("aria-invalid", "true");
    expect(host.lastCall("addAccount")).toBeUndefined();
    await user.type(words, "{Backspace}");
    await user.click(within(dialog).getByRole("button", { name: /^Add account/ }));
    await expectCall(host, "addAccount").toMatchObject({ request: { settings: { routes: { words: 1 } } } });
  });

  it("keeps_invalid_json_in_view", async () => {
    const { user, host, dialog } = await choosePlatform("10ex");
    await user.type(within(dialog).getByLabelText(/^API key/, { selector: "input" }), "tnx_1");
    await user.click(within(dialog).getByRole("button", { name: "Advanced" }));
    await user.click(within(dialog).getByRole("radio", { name: "JSON" }));
    const text = within(dialog).getByLabelText(/^Advanced settings/);
    await user.type(text, ",");
    await user.click(within(dialog).getByRole("button", { name: "Advanced" }));
    expect(text).toHaveValue("{},");
    await user.click(within(dialog).getByRole("button", { name: /^Add account/ }));
    await waitFor(() => expect(text).toHaveFocus());
    expect(host.lastCall("addAccount")).toBeUndefined();
    await user.type(text, "{Backspace}");
    await user.click(within(dialog).getByRole("button", { name: /^Add account/ }));
    await expectCall(host, "addAccount").toMatchObject({ request: { settings: {} } });
  });
});

it("focus_returns_after_closing_the_second_step", async () => {
  const { user } = renderApp("/connectors", { connectors: [connector()] });
  const add = await screen.findByRole("button", { name: "Add account" });
  await user.click(add);
  await user.click(await screen.findByRole("button", { name: /^Mistral/ }));
  await screen.findByRole("dialog", { name: "Add Mistral account" });
  await user.keyboard("{Escape}");
  await waitFor(() => expect(add).toHaveFocus());
});
