import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
// What is read when it is first opened is read before the clock of a test runs.
import "@/components/SchemaForm/SchemaForm";
import "./CreateSheet";
import { axeViolations } from "@/test/axe";
import { cacheHolds } from "@/test/cacheHolds";
import { type MockHost } from "@/test/mockHost";
import { renderApp } from "@/test/renderApp";
import { account, connector, entry, hostedConnector, manyAccounts, manyEntries, problem } from "@/test/samples";

const state = { accounts: manyAccounts(), connectors: [connector(), hostedConnector()], wallet: manyEntries() };

type User = ReturnType<typeof renderApp>["user"];

async function choosesKind(user: User, typed: string) {
  await screen.findByRole("grid", { name: "Connector types" });
  await user.type(screen.getByRole("textbox", { name: "Search" }), `${typed}{Enter}`);
}

/** Opens the form of an MCP server on Mistral. */
async function opensMistral(prepare?: (host: MockHost) => void) {
  const view = renderApp("/accounts/acc_mistral", state, prepare);
  await screen.findByRole("heading", { name: "Mistral · Northlight", level: 1 });
  await view.user.keyboard("n");
  await choosesKind(view.user, "mcp");
  await screen.findByLabelText("Name");
  return { ...view, dialog: screen.getByRole("dialog", { name: "Create MCP server" }) };
}

async function fills({ user, dialog }: Awaited<ReturnType<typeof opensMistral>>) {
  await user.type(await within(dialog).findByLabelText("Name"), "wiki");
  await user.type(within(dialog).getByLabelText("Address"), "https://wiki.example.com/mcp");
  await user.click(within(dialog).getByRole("radio", { name: "Token" }));
  await user.type(within(dialog).getByLabelText(/^Token/, { selector: "input[type=password]" }), "s3cret");
}

describe("creating on an account", () => {
  it("sends_what_the_form_holds_with_secrets_apart_and_opens_the_connector", async () => {
    const view = await opensMistral();
    const names = (await within(view.dialog).findAllByText(/^(Name|Address|Sign-in)$/)).map((one) => one.textContent);
    expect(names).toEqual(["Name", "Address", "Sign-in"]);
    await fills(view);
    expect(await axeViolations(view.dialog)).toEqual([]);
    await view.user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByRole("heading", { name: "wiki", level: 1 })).toBeVisible();
    expect(view.host.lastCall("createConnector")).toEqual({
      request: {
        account: "acc_mistral",
        definition: "mcp",
        values: { name: "wiki", server: "https://wiki.example.com/mcp", authentication: { kind: "token" } },
        secrets: { "/authentication/token": { kind: "new", secret: "s3cret", saveAs: null } },
      },
    });
    expect(view.host.lastCall("startAuthorization")).toBeUndefined();
  });

  it("asks_for_what_is_missing_before_anything_is_sent", async () => {
    const { user, host, dialog } = await opensMistral();
    await within(dialog).findByLabelText("Name");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(within(dialog).getByLabelText("Name")).toHaveFocus());
    expect(within(dialog).getByLabelText("Name")).toBeInvalid();
    expect(host.lastCall("createConnector")).toBeUndefined();
  });

  it("puts_the_platform's_words_at_their_fields_and_loses_nothing", async () => {
    const view = await opensMistral((host) => {
      const create = host.handlers.createConnector;
      let refusals = 1;
      host.handlers.createConnector = (given) => {
        if (refusals-- > 0)
          throw problem({
            code: "platform.invalid",
            message: "Mistral takes these values not",
            hint: "Correct the fields.",
            status: 422,
            retryable: false,
            fields: [{ path: "/name", message: "is taken already" }],
          });
        return create?.(given) as never;
      };
    });
    const { user, dialog } = view;
    await fills(view);
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await within(dialog).findByText("is taken already")).toBeVisible();
    expect(within(dialog).getByRole("alert")).not.toHaveTextContent("is taken already");
    await waitFor(() => expect(within(dialog).getByLabelText("Name")).toHaveFocus());
    expect(within(dialog).getByLabelText("Name")).toBeInvalid();
    expect(within(dialog).getByLabelText("Address")).toHaveValue("https://wiki.example.com/mcp");
    expect(within(dialog).getByLabelText(/^Token/, { selector: "input[type=password]" })).toHaveValue("s3cret");
    await user.type(within(dialog).getByLabelText("Name"), "_two");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByRole("heading", { name: "wiki_two", level: 1 })).toBeVisible();
  });

  it("keeps_the_focus_within_while_it_is_under_way_and_brings_it_to_why_it_failed", async () => {
    let refuse: (problem: unknown) => void = () => undefined;
    const view = await opensMistral((host) => {
      host.handlers.createConnector = () =>
        new Promise((_, reject) => {
          refuse = reject;
        }) as never;
    });
    await fills(view);
    await view.user.keyboard("{Control>}{Enter}{/Control}");
    const underWay = await within(view.dialog).findByRole("group", { name: "Creating" });
    await waitFor(() => expect(underWay.parentElement).toHaveFocus());
    act(() => refuse(problem({ code: "network.unreachable", message: "Mistral could not be reached" })));
    const why = await within(view.dialog).findByRole("alert");
    await waitFor(() => expect(why.parentElement).toHaveFocus());
    await view.user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  });

  it("tells_of_a_failure_after_it_was_closed", async () => {
    let refuse: (problem: unknown) => void = () => undefined;
    const view = await opensMistral((host) => {
      host.handlers.createConnector = () =>
        new Promise((_, reject) => {
          refuse = reject;
        }) as never;
    });
    await fills(view);
    await view.user.keyboard("{Control>}{Enter}{/Control}");
    await within(view.dialog).findByRole("group", { name: "Creating" });
    await view.user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    act(() => refuse(problem({ code: "network.unreachable", message: "Mistral could not be reached" })));
    const told = await screen.findByRole("region", { name: "Notifications" });
    expect(told).toHaveTextContent("Connector not created. Mistral could not be reached");
  });

  it("unfolds_what_is_wrong_with_a_field_that_few_need", async () => {
    const view = await opensMistral((host) => {
      host.handlers.createConnector = () => {
        throw problem({
          code: "platform.invalid",
          message: "Mistral takes these values not",
          retryable: false,
          fields: [{ path: "/description", message: "is too short" }],
        });
      };
    });
    await fills(view);
    expect(screen.queryByLabelText("Description")).not.toBeInTheDocument();
    await view.user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(screen.getByLabelText("Description")).toHaveFocus());
    expect(screen.getByText("is too short")).toBeVisible();
  });

  it("keeps_what_was_typed_over_closing_and_going_back", async () => {
    const view = await opensMistral();
    const { user } = view;
    await fills(view);
    await user.click(within(view.dialog).getByRole("button", { name: "Back" }));
    await screen.findByRole("grid", { name: "Connector types" });
    await user.keyboard("{Escape}");
    // The first Escape leaves the search field.
    if (screen.queryByRole("dialog")) await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());

    await user.keyboard("{Control>}k{/Control}");
    await user.type(
      await screen.findByRole("combobox", { name: "Search or run a command" }),
      "Create connector on Mistral · N{Enter}",
    );
    await choosesKind(user, "mcp");
    const again = await screen.findByRole("dialog", { name: "Create MCP server" });
    expect(await within(again).findByLabelText("Name")).toHaveValue("wiki");
    // The secret went with the form, and that is said.
    expect(within(again).getByLabelText(/^Token/, { selector: "input[type=password]" })).toHaveValue("");
    expect(within(again).getByText("Unsaved changes restored. Enter token again.")).toBeVisible();
    expect(cacheHolds(view.client, "s3cret")).toBe(false);
    await user.click(within(again).getByRole("button", { name: "Discard changes" }));
    await waitFor(() => expect(screen.getByLabelText("Name")).toHaveValue(""));
    expect(screen.queryByText(/Unsaved changes restored/)).not.toBeInTheDocument();
  });

  it("starts_the_sign_in_where_one_is_needed", async () => {
    const { user, host } = renderApp("/accounts/acc_agentstack", state, (mock) => {
      mock.handlers.consentForm = () => null;
    });
    await user.click(await screen.findByRole("button", { name: /^Create connector/ }));
    await choosesKind(user, "gmail");
    const dialog = await screen.findByRole("dialog", { name: "Create Gmail" });
    await user.type(await within(dialog).findByLabelText("Name"), "gmail");
    await user.type(within(dialog).getByLabelText("Address"), "https://gmail.mcp.example.com");
    await user.click(within(dialog).getByRole("button", { name: /^Create and sign in/ }));
    await waitFor(() =>
      expect(host.lastCall("startAuthorization")).toMatchObject({ request: { connector: "con_new_gmail" } }),
    );
    expect(await screen.findByRole("dialog", { name: "Sign in to gmail" })).toBeVisible();
  });

  it("skips_the_choice_where_an_account_creates_one_kind_only", async () => {
    const { user } = renderApp("/accounts/acc_cohere", state);
    await user.click(await screen.findByRole("button", { name: /^Create connector/ }));
    expect(await screen.findByLabelText("Name")).toBeVisible();
    expect(screen.getByRole("dialog", { name: "Create Search service" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Back" })).toBeVisible();
  });

  it("says_why_an_account_cannot_be_asked_and_asks_again", async () => {
    const { user, host } = renderApp("/accounts/acc_cohere", state, (mock) => {
      mock.handlers.listDefinitions = () => {
        throw problem({ message: "couldn't connect to Cohere" });
      };
    });
    await user.click(await screen.findByRole("button", { name: /^Create connector/ }));
    const dialog = await screen.findByRole("dialog", { name: "Create connector on Cohere · Northlight" });
    expect(await within(dialog).findByText("Couldn't connect to Cohere")).toBeVisible();
    host.handlers.listDefinitions = () => [];
    await user.click(within(dialog).getByRole("button", { name: "Try again" }));
    expect(await within(dialog).findByText("Cohere · Northlight can't create connectors")).toBeVisible();
  });
});

describe("adding a connector", () => {
  it("asks_for_an_address_at_once_where_there_is_no_other_account", async () => {
    const { user } = renderApp("/connectors", { accounts: [account()] });
    await user.click((await screen.findAllByRole("button", { name: /^Add connector/ }))[0] ?? document.body);
    expect(await screen.findByRole("textbox", { name: "Address or command" })).toBeVisible();
  });

  it("asks_where_to_else", async () => {
    const { user } = renderApp("/connectors", { accounts: manyAccounts() });
    // The window knows the accounts by then.
    await screen.findByRole("link", { name: /Mistral · Northlight/ });
    await user.click((await screen.findAllByRole("button", { name: /^Add connector/ }))[0] ?? document.body);
    const dialog = await screen.findByRole("dialog", { name: "Add connector" });
    expect(await axeViolations(dialog)).toEqual([]);
    within(dialog)
      .getByRole("button", { name: /This computer/ })
      .focus();
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("textbox", { name: "Address or command" })).toBeVisible();
  });
});

describe("also create on", () => {
  it("says_which_platforms_cannot_be_given_an_mcp_server", async () => {
    const { user } = renderApp("/connectors/con_github", state);
    await user.click(await screen.findByRole("button", { name: "Copy to another account…" }));
    const choice = await screen.findByRole("dialog", { name: "Copy GitHub to…" });
    const button = (name: RegExp) => within(choice).getByRole("button", { name });
    expect(button(/Mistral · Northlight/)).not.toHaveTextContent("not MCP servers");
    const refused = button(/Cohere · Northlight/);
    expect(refused).toHaveTextContent("Search services for Cohere chat, not MCP servers");
    expect(refused).toHaveAttribute("aria-disabled", "true");
    refused.focus();
    expect(refused).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(choice).toBeVisible();
    expect(await axeViolations(choice)).toEqual([]);
  });

  it("tries_again_to_load_the_accounts_that_take_a_copy", async () => {
    let hasFailed = false;
    const { user } = renderApp("/connectors/con_github", state, (host) => {
      const usual = host.handlers.listCopyTargets;
      host.handlers.listCopyTargets = (given) => {
        if (hasFailed) return usual?.(given) ?? [];
        hasFailed = true;
        throw problem({ code: "store.failed", message: "Couldn't read the accounts" });
      };
    });
    await user.click(await screen.findByRole("button", { name: "Copy to another account…" }));
    const choice = await screen.findByRole("dialog", { name: "Copy GitHub to…" });
    await user.click(await within(choice).findByRole("button", { name: "Try again" }));
    expect(await within(choice).findByRole("button", { name: /Mistral · Northlight/ })).toBeVisible();
  });

  it("fills_the_form_of_another_account_with_what_the_first_one_tells", async () => {
    const { user, host } = renderApp("/connectors/con_github", state);
    const elsewhere = await screen.findByRole("region", { name: "On other accounts" });
    await user.click(within(elsewhere).getByRole("button", { name: "Copy to another account…" }));
    const choice = await screen.findByRole("dialog", { name: "Copy GitHub to…" });
    expect(within(choice).queryByRole("button", { name: /This computer/ })).not.toBeInTheDocument();
    expect(await axeViolations(choice)).toEqual([]);
    await user.click(within(choice).getByRole("button", { name: /Mistral · personal/ }));
    const dialog = await screen.findByRole("dialog", { name: "Copy GitHub to Mistral · personal" });
    expect(await within(dialog).findByLabelText("Name")).toHaveValue("github");
    expect(within(dialog).getByLabelText("Address")).toHaveValue("https://api.githubcopilot.com/mcp");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() =>
      expect(host.lastCall("createConnector")).toMatchObject({
        request: { account: "acc_mistral_own", definition: "mcp", values: { name: "github" } },
      }),
    );
    expect(await screen.findByRole("heading", { name: "github", level: 1 })).toBeVisible();
  });

  it("asks_anew_where_a_connector_can_be_copied_to", async () => {
    const { user, host } = renderApp("/connectors/con_github", state);
    for (const times of [1, 2]) {
      await user.click(await screen.findByRole("button", { name: "Copy to another account…" }));
      const choice = await screen.findByRole("dialog", { name: "Copy GitHub to…" });
      expect(await within(choice).findByRole("button", { name: /Mistral · personal/ })).toBeVisible();
      await waitFor(() => expect(host.calls.filter(({ name }) => name === "listCopyTargets")).toHaveLength(times));
      await user.keyboard("{Escape}");
      await waitFor(() => expect(screen.queryByRole("dialog", { name: "Copy GitHub to…" })).toBeNull());
    }
  });

  it("goes_on_with_the_account's_own_kinds_where_it_takes_no_address", async () => {
    const { user } = renderApp("/connectors/con_github", state, (host) => {
      host.handlers.copyForm = () => {
        throw problem({
          code: "usage.invalid",
          message: "this account can't create connectors for custom addresses",
          hint: "Choose a connector type of that account.",
          retryable: false,
        });
      };
    });
    await user.click(await screen.findByRole("button", { name: "Copy to another account…" }));
    await user.click(await screen.findByRole("button", { name: /10ex · Lena/ }));
    await user.click(await screen.findByRole("button", { name: "Choose another type" }));
    expect(await screen.findByRole("grid", { name: "Connector types" })).toBeVisible();
  });

  it("compares_the_copies_of_a_service", async () => {
    const copy = hostedConnector({
      id: "con_copy",
      endpoint: "https://api.githubcopilot.com/mcp",
      title: "GitHub for agents",
    });
    const { user } = renderApp("/connectors/con_github", { ...state, connectors: [connector(), copy] });
    const elsewhere = await screen.findByRole("region", { name: "On other accounts" });
    expect(await within(elsewhere).findByRole("row", { name: "Status Ready Needs sign-in" })).toBeVisible();
    expect(await axeViolations(elsewhere)).toEqual([]);
    await user.click(within(elsewhere).getByRole("button", { name: "GitHub for agents" }));
    expect(await screen.findByRole("heading", { name: "GitHub for agents", level: 1 })).toBeVisible();
  });
});

describe("a sign-in to the provider", () => {
  it("comes_back_by_a_link_where_that_is_chosen", async () => {
    const { user, host } = renderApp("/accounts/acc_airbyte", state);
    await user.click(await screen.findByRole("button", { name: /^Create connector/ }));
    await choosesKind(user, "hubspot");
    await user.click(await screen.findByRole("button", { name: "Set up" }));
    const part = screen.getByRole("region", { name: "Use your own OAuth app" });
    await user.click(within(part).getByRole("radio", { name: "patchbay:// link" }));
    expect(within(part).getByText("patchbay://oauth/callback")).toBeVisible();
    await user.type(within(part).getByLabelText(/^Client ID/), "app-1");
    await user.type(within(part).getByLabelText(/^Token URL/), "https://api.hubapi.com/oauth/v1/token");
    await user.click(within(part).getByRole("button", { name: "Sign in" }));
    await waitFor(() =>
      expect(host.lastCall("startProviderSignIn")).toMatchObject({ request: { redirect: "deep_link" } }),
    );
  });

  it("fills_the_form_with_the_app_and_the_token_that_it_brought", async () => {
    const { user, host } = renderApp("/accounts/acc_airbyte", state);
    await user.click(await screen.findByRole("button", { name: /^Create connector/ }));
    await choosesKind(user, "hubspot");
    await screen.findByLabelText("Name");
    const dialog = screen.getByRole("dialog", { name: "Create HubSpot" });
    await user.type(await within(dialog).findByLabelText("Name"), "hubspot");
    await user.click(await within(dialog).findByRole("button", { name: "Set up" }));
    const part = within(dialog).getByRole("region", { name: "Use your own OAuth app" });
    expect(within(part).getByText("http://127.0.0.1:27218/callback")).toBeVisible();
    expect(within(part).getByText("https://app.hubspot.com/oauth/authorize")).toBeVisible();

    await user.click(within(part).getByRole("button", { name: "Sign in" }));
    expect(within(part).getByText("Enter the client ID")).toBeVisible();
    expect(within(part).getByLabelText(/^Client ID/)).toHaveFocus();
    expect(host.lastCall("startProviderSignIn")).toBeUndefined();
    await user.type(within(part).getByLabelText(/^Client ID/), "app-1");
    await user.type(within(part).getByLabelText(/^Client secret/, { selector: "input" }), "app-secret");
    await user.type(within(part).getByLabelText(/^Token URL/), "https://api.hubapi.com/oauth/v1/token");
    expect(await axeViolations(dialog)).toEqual([]);
    await user.click(within(part).getByRole("button", { name: "Sign in" }));
    await waitFor(() =>
      expect(host.lastCall("startProviderSignIn")).toEqual({
        request: {
          account: "acc_airbyte",
          definition: "hubspot",
          clientId: "app-1",
          clientSecret: { kind: "new", secret: "app-secret", saveAs: null },
          authorizeUrl: null,
          tokenUrl: "https://api.hubapi.com/oauth/v1/token",
          scopes: null,
          redirect: "loopback",
        },
      }),
    );
    const consent = await screen.findByRole("dialog", { name: /^Sign in/ });
    expect(consent).toBeVisible();
    host.state.wallet = [
      ...host.state.wallet,
      entry({ id: "wal_token", name: "app.hubspot.com refresh token", kind: "bearer", usedBy: [] }),
    ];
    await act(() => host.emit({ kind: "wallet_changed" }));
    await act(() =>
      host.moveAuthorization("aut_provider", {
        state: "authorized",
        granted: [{ path: "/credentials/refresh_token", entry: "wal_token" }],
      }),
    );
    await within(consent).findByText("Signed in");
    // The key acts on the way out that has the focus, not on the form beneath.
    expect(within(consent).getByRole("button", { name: "Back" })).toHaveFocus();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByText("Signed in")).toBeVisible();
    expect(host.lastCall("createConnector")).toBeUndefined();
    // The focus is back on a button of the form: the key belongs to the whole form all the same.
    within(screen.getByRole("region", { name: "Use your own OAuth app" }))
      .getByRole("button", { name: "Sign in" })
      .focus();
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() =>
      expect(host.lastCall("createConnector")).toEqual({
        request: {
          account: "acc_airbyte",
          definition: "hubspot",
          values: { name: "hubspot", credentials: { auth_type: "oauth", client_id: "app-1" } },
          secrets: {
            "/credentials/client_secret": { kind: "new", secret: "app-secret", saveAs: null },
            "/credentials/refresh_token": { kind: "entry", entry: "wal_token" },
          },
        },
      }),
    );
  });
});
