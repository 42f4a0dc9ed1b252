import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Authorization, type Form } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { authorization, connector, hostedConnector, manyAccounts, minutesAgo, problem, vault } from "@/test/samples";

const notion = connector({
  id: "con_notion",
  title: "Notion",
  status: { ...connector().status, status: "authorizing" },
});

/** However long a slow machine takes to draw, no time goes by. */
const stopTheClock = () => vi.useFakeTimers({ toFake: ["Date"] });

afterEach(() => {
  vi.useRealTimers();
});

async function openWaiting(prepare?: Parameters<typeof renderApp>[2]) {
  const view = renderApp("/connectors", { connectors: [notion], authorizations: [authorization()] }, prepare);
  await view.user.click(await screen.findByRole("button", { name: /^Show ?, Notion/ }));
  const dialog = await screen.findByRole("dialog", { name: "Sign in to Notion" });
  return { ...view, dialog };
}

/** The dialog after the authorization has changed. */
async function openMoved(changes: Partial<Authorization>) {
  const view = await openWaiting();
  await act(() => view.host.moveAuthorization("aut_notion", changes));
  return view;
}

describe("a sign-in in progress", () => {
  it("is_reopened_from_its_row_with_a_countdown", async () => {
    stopTheClock();
    const { dialog, host } = await openWaiting();
    expect(within(dialog).getByRole("progressbar", { name: "Time left to sign in" })).toHaveAttribute(
      "aria-valuetext",
      expect.stringMatching(/^4:1\d left$/),
    );
    expect(within(dialog).getByText("You can close this; the sign-in continues.")).toBeVisible();
    expect(host.lastCall("startAuthorization")).toBeUndefined();
    expect(await axeViolations(dialog)).toEqual([]);
  });

  it("is_started_here_where_another_process_waits_for_one", async () => {
    const elsewhere = authorization({ pageHost: null });
    const { user, host } = renderApp("/connectors", { connectors: [notion], authorizations: [elsewhere] });
    await user.click(await screen.findByRole("button", { name: /^Show ?, Notion/ }));
    await expectCall(host, "startAuthorization").toMatchObject({ request: { connector: "con_notion" } });
  });

  it("has_shortcuts", async () => {
    const { user, host } = await openWaiting();
    await user.keyboard("o");
    await expectCall(host, "openAuthorizationPage").toEqual({ authorization: "aut_notion" });
    await user.keyboard("l");
    await expectCall(host, "copyAuthorizationPage").toEqual({ authorization: "aut_notion" });
    expect(host.lastCall("copyText")).toBeUndefined();
    expect(await screen.findByText("Link copied")).toBeVisible();
    await user.keyboard("{Control>}.{/Control}");
    expect(await screen.findByText("Sign-in cancelled")).toBeVisible();
  });

  it("sends_a_pasted_address_once", async () => {
    const { user, host } = await openWaiting((mock) => {
      mock.handlers.finishAuthorization = () => new Promise(() => undefined);
    });
    await user.paste("http://127.0.0.1:7777/callback?code=1&state=2");
    await expectCall(host, "finishAuthorization").toMatchObject({ authorization: "aut_notion" });
    await user.paste("http://127.0.0.1:7777/callback?code=1&state=2");
    expect(host.calls.filter((call) => call.name === "finishAuthorization")).toHaveLength(1);
  });

  it("keeps_the_focus_in_the_address_while_it_is_sent", async () => {
    const { user, dialog } = await openWaiting((host) => {
      host.handlers.finishAuthorization = () => new Promise(() => undefined);
    });
    const field = within(dialog).getByRole("textbox", { name: "Redirect address" });
    await user.type(field, "http://127.0.0.1/callback?code=1{Enter}");
    await waitFor(() => expect(field).toHaveAttribute("readonly"));
    expect(field).toBeEnabled();
    expect(field).toHaveFocus();
  });

  it("says_why_it_was_not_cancelled", async () => {
    const { user, dialog } = await openWaiting((host) =>
      host.fail("cancelAuthorization", { message: "the database is busy" }),
    );
    await user.click(within(dialog).getByRole("button", { name: /^Cancel sign-in/ }));
    expect(await within(dialog).findByText("The database is busy")).toBeVisible();
  });

  it("can_be_extended_by_five_minutes", async () => {
    stopTheClock();
    const { user, dialog } = await openWaiting();
    await user.click(within(dialog).getByRole("button", { name: "Add 5 minutes" }));
    await waitFor(() =>
      expect(within(dialog).getByRole("progressbar")).toHaveAttribute(
        "aria-valuetext",
        expect.stringMatching(/^9:1\d left$/),
      ),
    );
  });

  it("shows_and_copies_its_log", async () => {
    const { user, host, dialog } = await openWaiting();
    expect(within(dialog).queryByText("/register", { exact: false })).toBeNull();
    await user.click(within(dialog).getByRole("button", { name: /^Sign-in log/ }));
    expect(within(dialog).getByText("/register", { exact: false })).toBeVisible();
    // The host stands once above the steps that are asked of it.
    const targets = authorization().trace.map((step) => step.target);
    const hosts = targets.filter((target, at) => target.split("/")[0] !== targets[at - 1]?.split("/")[0]);
    expect(hosts.length).toBeLessThan(targets.length);
    for (const host of hosts) expect(within(dialog).getAllByText(host.split("/")[0] ?? "").length).toBeGreaterThan(0);
    await user.click(within(dialog).getByRole("button", { name: "Copy log" }));
    expect(host.lastCall("copyText")).toMatchObject({
      text: expect.stringContaining("POST  api.notion.com/register") as string,
    });
  });

  it("shows_a_missing_browser_and_new_scopes", async () => {
    const { dialog } = await openMoved({ noBrowser: true, newScopes: ["admin"] });
    expect(await within(dialog).findByText("Couldn't open a browser")).toBeVisible();
    expect(within(dialog).getByText("admin")).toBeVisible();
    expect(within(dialog).getByRole("button", { name: /^Copy link/ })).toBeEnabled();
    expect(within(dialog).queryByText(/doesn't know Patchbay/)).toBeNull();
  });

  it("says_what_helps_if_the_provider_forgot_the_registration", async () => {
    const { dialog } = await openMoved({ reusesRegistration: true });
    expect(await within(dialog).findByText(/doesn't know Patchbay, cancel and sign in again/)).toBeVisible();
  });

  it("says_that_a_sign_in_is_guessed", async () => {
    const { dialog } = await openMoved({ isGuessed: true });
    expect(await within(dialog).findByText("This server doesn't say how to sign in")).toBeVisible();
  });

  it("announces_each_step", async () => {
    await openMoved({ state: "checking" });
    expect(await screen.findByText("Token received, loading tools")).toBeInTheDocument();
  });
});

describe("the end of a sign-in", () => {
  it.each([
    ["authorized", null, "Signed in to Notion"],
    ["denied", problem({ code: "auth.denied", message: "the consent was refused" }), "Access denied"],
    ["expired", problem({ code: "auth.timed_out", message: "not in time" }), "Sign-in not finished"],
    ["cancelled", null, "Sign-in cancelled"],
    [
      "failed",
      problem({ code: "auth.exchange", message: "the server refused the code" }),
      "The server refused the code",
    ],
  ] as const)("%s_has_its_own_look", async (state, why, words) => {
    const { dialog } = await openMoved({ state, problem: why });
    expect(await within(dialog).findByText(words)).toBeVisible();
    if (why) expect(within(dialog).getByText(why.code)).toBeVisible();
    expect(within(dialog).queryByRole("progressbar")).toBeNull();
  });

  it("shows_that_patchbay_quit_before_it_finished", async () => {
    const { dialog } = await openMoved({
      state: "expired",
      problem: problem({ code: "auth.timed_out", message: "Patchbay quit before the sign-in finished" }),
    });
    expect(
      await within(dialog).findByText(/^Patchbay quit before the sign-in finished\. You can close the browser page/),
    ).toBeVisible();
    expect(within(dialog).getByRole("button", { name: "Try again" })).toBeVisible();
  });

  it("a_changed_issuer_is_accepted_explicitly", async () => {
    const { user, host, dialog } = await openWaiting();
    const change = { former: "api.notion.com", current: "evil.example", issuer: "https://evil.example/as" };
    await act(() =>
      host.moveAuthorization("aut_notion", {
        state: "failed",
        issuerChange: change,
        problem: problem({ code: "auth.issuer_changed", message: "Notion wants you to sign in at evil.example now" }),
      }),
    );
    expect(await within(dialog).findByText("Notion now signs in somewhere else")).toBeVisible();
    expect(within(dialog).queryByRole("button", { name: "Try again" })).toBeNull();
    await user.click(within(dialog).getByRole("button", { name: "Sign in at evil.example instead of api.notion.com" }));
    await expectCall(host, "startAuthorization").toMatchObject({
      request: { connector: "con_notion", acceptIssuer: "https://evil.example/as" },
    });
  });

  it("the_first_server_for_a_secret_is_accepted_explicitly", async () => {
    const { user, host, dialog } = await openWaiting();
    const change = { former: null, current: "as.example", issuer: "https://as.example/" };
    await act(() => host.moveAuthorization("aut_notion", { state: "failed", issuerChange: change }));
    expect(await within(dialog).findByText("Send the secret of your OAuth app to as.example?")).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Sign in at as.example" }));
    await expectCall(host, "startAuthorization").toMatchObject({
      request: { connector: "con_notion", acceptIssuer: "https://as.example/" },
    });
  });

  it("the_page_of_somebody_else_is_accepted_explicitly", async () => {
    const { user, host, dialog } = await openWaiting();
    const change = { former: null, page: "honest.example", current: "as.example", issuer: "https://as.example/" };
    await act(() => host.moveAuthorization("aut_notion", { state: "failed", issuerChange: change }));
    expect(await within(dialog).findByText("Give the sign-in of honest.example to as.example?")).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Sign in at as.example" }));
    await expectCall(host, "startAuthorization").toMatchObject({ request: { acceptIssuer: "https://as.example/" } });
  });

  it("points_out_the_account_of_another_connector", async () => {
    const ended = { state: "authorized", sameAs: "Notion for work" } as const;
    const { dialog, host } = await openMoved({ ...ended, identity: { ...notion.identity, user: "ada@example.com" } });
    const title = "Signed in as ada@example.com, the same account as Notion for work";
    expect(await within(dialog).findByText(title)).toBeVisible();
    expect(within(dialog).getByText(/^If you didn't mean that, sign out at the provider/)).toBeVisible();
    await act(() => host.moveAuthorization("aut_notion", { askedAs: "ops@example.com" }));
    expect(await within(dialog).findByText(/^It was ops@example.com before\. If you didn't/)).toBeVisible();
  });

  it("shows_granted_scopes", async () => {
    const { dialog } = await openMoved({ state: "authorized", grantedScopes: ["read", "write"] });
    expect(await within(dialog).findByText(/It may use: read, write\./)).toBeVisible();
  });
});

it("a_locked_vault_is_unlocked_in_the_dialog_and_the_sign_in_continues", async () => {
  const { user, host } = renderApp(
    "/connectors",
    {
      connectors: [connector({ status: { ...connector().status, status: "needs_authorization" } })],
      vault: vault({ backend: "passphrase", state: "locked" }),
    },
    (mock) => {
      const start = mock.handlers.startAuthorization;
      mock.handlers.startAuthorization = (call) => {
        if (mock.state.vault.state === "locked") throw problem({ code: "vault.locked", message: "Vault is locked" });
        return start?.(call) as Authorization;
      };
    },
  );
  await user.click(await screen.findByRole("button", { name: /^Sign in ?, GitHub/ }));
  const dialog = await screen.findByRole("dialog", { name: "Sign in to GitHub" });
  await user.type(await within(dialog).findByLabelText(/^Passphrase/), "correct horse");
  await user.click(within(dialog).getByRole("button", { name: "Unlock" }));
  expect(await screen.findByText("Waiting for you to sign in")).toBeVisible();
  expect(host.lastCall("unlockVault")).toBeDefined();
});

it("the_countdown_is_announced_at_its_marks_only", async () => {
  const { host, dialog } = await openWaiting();
  await act(() => host.moveAuthorization("aut_notion", { deadlineAt: minutesAgo(-61.5 / 60) }));
  await within(dialog).findByText(/^1:0\d left$/);
  expect(await screen.findByText("1 min left to sign in", undefined, { timeout: 4000 })).toBeInTheDocument();
});

describe("a platform's own page", () => {
  const form = {
    schema: {
      type: "object",
      required: ["method_type"],
      properties: {
        method_type: {
          title: "Method",
          oneOf: [
            { const: "oauth2", title: "OAuth" },
            { const: "github_app", title: "GitHub app" },
          ],
        },
      },
    },
    values: {},
    kept: [],
  };

  async function openHosted(options: Form) {
    const state = { accounts: manyAccounts(), connectors: [hostedConnector()] };
    const view = renderApp("/connectors", state, (host) => {
      host.handlers.consentForm = () => options;
    });
    await view.user.click(await screen.findByRole("button", { name: /^Sign in ?, HubSpot/ }));
    return { ...view, dialog: await screen.findByRole("dialog", { name: "Sign in to HubSpot CRM" }) };
  }

  it("asks_for_required_options_first", async () => {
    const { user, host, dialog } = await openHosted(form);
    await user.click(await within(dialog).findByRole("button", { name: "Continue in browser" }));
    expect(host.lastCall("startAuthorization")).toBeUndefined();
    await user.click(await within(dialog).findByRole("button", { name: /Method/ }));
    await user.click(await screen.findByRole("option", { name: "GitHub app" }));
    await user.click(within(dialog).getByRole("button", { name: "Continue in browser" }));
    await expectCall(host, "startAuthorization").toMatchObject({
      request: { connector: "con_hosted", choices: { method_type: "github_app" } },
    });
  });

  it("opens_at_once_if_no_option_is_required_and_can_go_back_to_the_options", async () => {
    const easy = { ...form, schema: { ...form.schema, required: [] }, values: { method_type: "oauth2" } };
    const { user, host, dialog } = await openHosted(easy);
    await user.click(await within(dialog).findByRole("button", { name: "Options…" }));
    expect(host.lastCall("startAuthorization")).toMatchObject({ request: { choices: { method_type: "oauth2" } } });
    await waitFor(() => expect(host.lastCall("cancelAuthorization")).toBeDefined());
    expect(await screen.findByRole("button", { name: "Continue in browser" })).toBeVisible();
  });

  it("warns_about_a_different_account", async () => {
    await openMoved({
      state: "authorized",
      askedAs: "ops@northlight.example",
      identity: { ...notion.identity, credential: "lena@home.example" },
    });
    expect(await screen.findByText("Signed in to Notion with a different account")).toBeVisible();
    expect(screen.getByText(/It was ops@northlight.example before; now it is lena@home.example/)).toBeVisible();
  });
});
