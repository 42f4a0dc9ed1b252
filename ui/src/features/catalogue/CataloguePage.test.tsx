import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
// What is read when it is first opened is read before the clock of a test runs.
import "@/components/SchemaForm/SchemaForm";
import { axeViolations } from "@/test/axe";
import { inspection, type MockHost } from "@/test/mockHost";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import { account, manyAccounts, problem } from "@/test/samples";

const many = { accounts: manyAccounts() };

async function openCatalogue(prepare?: (host: MockHost) => void, state: Parameters<typeof renderApp>[1] = many) {
  const view = renderApp("/catalogue", state, prepare);
  const list = await screen.findByRole("grid", { name: "Catalog" });
  return { ...view, list, search: screen.getByRole("textbox", { name: "Search the catalog" }) };
}

const titles = (list: HTMLElement) =>
  within(list)
    .getAllByRole("row")
    .flatMap((row) => row.getAttribute("aria-label")?.split(",")[0] ?? []);

describe("the catalogue", () => {
  it("lists_connector_types_of_all_accounts_and_known_servers", async () => {
    const { list, user, search } = await openCatalogue();
    expect(await within(list).findByRole("rowheader", { name: "Airbyte · Growth 121" })).toBeVisible();
    expect(within(list).getByRole("row", { name: "Gmail, Agent Stack · staging, sign-in: Browser" })).toBeVisible();
    expect(await axeViolations(document.body)).toEqual([]);
    await user.type(search, "hubspot");
    expect(titles(list)).toEqual(["HubSpot", "HubSpot"]);
    await user.clear(search);
    await user.type(search, "linear.app");
    expect(titles(list)).toEqual(["Linear"]);
    await user.clear(search);
    await user.type(search, "no such thing");
    await user.click(await screen.findByRole("button", { name: "Clear filter" }));
    expect(search).toHaveValue("");
  });

  it("has_a_single_stop_of_the_tab_key_for_the_buttons_of_all_rows", async () => {
    const { user, list, search } = await openCatalogue();
    await screen.findByRole("row", { name: /^Salesforce/ });
    await user.click(search);
    await user.keyboard("{ArrowDown}");
    const buttons = within(list).getAllByRole("button", { name: /^(Add|Create)/ });
    expect(buttons.length).toBeGreaterThan(5);
    expect(buttons.filter((button) => button.tabIndex >= 0)).toHaveLength(1);
  });

  it("opens_the_creation_form_with_enter", async () => {
    const { user, search } = await openCatalogue();
    await screen.findByRole("row", { name: /^Salesforce/ });
    await user.type(search, "salesforce{Enter}");
    expect(await screen.findByLabelText("Name", undefined)).toBeVisible();
    expect(screen.getByRole("dialog", { name: "Create Salesforce" })).toBeVisible();
  });

  it("adds_a_known_server_with_its_address_filled_in", async () => {
    const { user, host, search } = await openCatalogue(undefined, { accounts: [account()] });
    await user.type(search, "linear");
    await user.click(await screen.findByRole("button", { name: "Add Linear" }));
    expect(await screen.findByRole("dialog", { name: "Add connector" })).toBeVisible();
    await expectCall(host, "inspectAddress").toMatchObject({ address: "https://mcp.linear.app/mcp" });
  });

  it("uses_catalogue_facts_if_a_server_does_not_respond", async () => {
    const { user, search } = await openCatalogue(
      (mock) => {
        mock.handlers.inspectAddress = ({ address: url }) =>
          inspection(url as string, {
            title: "Mcp",
            needsAuthorization: false,
            methods: ["none"],
            problem: problem({ code: "network.dns", message: "couldn't find mcp.linear.app" }),
          });
      },
      { accounts: [account()] },
    );
    await user.type(search, "linear");
    await user.click(await screen.findByRole("button", { name: "Add Linear" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Add connector" }));
    expect(await dialog.findByRole("textbox", { name: "Name" })).toHaveValue("Linear");
    expect(dialog.getByText(/^Browser sign-in.* \(from the catalog\)$/)).toBeVisible();
    expect(dialog.getByRole("radio", { name: "Browser" })).toBeChecked();
    expect(dialog.getByRole("button", { name: /^Try again/ })).toBeVisible();
  });

  it("shows_a_command_and_adds_it_with_its_variables", async () => {
    const { user, host, list, search } = await openCatalogue();
    await user.type(search, "filesystem{ArrowDown}");
    await waitFor(() => expect(list).toHaveFocus());
    await user.keyboard(" ");
    const dialog = await screen.findByRole("dialog", { name: "Filesystem" });
    const command = "npx -y @modelcontextprotocol/server-filesystem <folder>";
    expect(within(dialog).getByText(command)).toBeVisible();
    expect(within(dialog).getByText("Tested with Patchbay")).toBeVisible();
    expect(within(dialog).getByText("2026-07-08")).toBeVisible();
    expect(await axeViolations(dialog)).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Copy the command of Filesystem" }));
    expect(host.lastCall("copyText")).toEqual({ text: command });
    await user.click(within(dialog).getByRole("button", { name: "Add connector" }));
    const words = await screen.findByRole("list", { name: "Words of the command" });
    expect(within(words).getAllByRole("listitem")).toHaveLength(4);
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("Filesystem");
    expect(screen.getByRole("group", { name: "FILES_TOKEN" })).toBeVisible();
  });

  it("shows_why_an_account_failed_to_load_beside_the_others", async () => {
    const { user, host, list, search } = await openCatalogue((mock) => {
      const usual = mock.handlers.listDefinitions;
      mock.handlers.listDefinitions = (given) => {
        if (given.account === "acc_cohere")
          throw problem({ message: "couldn't connect to Cohere", hint: "Check the network." });
        if (given.account === "acc_airbyte") return [];
        if (given.account === "acc_tenex") return new Promise(() => undefined);
        return usual?.(given) ?? [];
      };
    });
    expect(
      await within(list).findByRole("rowheader", {
        name: /^Cohere · Northlight ?Couldn't connect to Cohere\. Check the network\. ?network\.unreachable ?Try again/,
      }),
    ).toBeVisible();
    expect(within(list).getByRole("rowheader", { name: /10ex · Lena ?Loading/ })).toBeVisible();
    // What is not there is said while others are found, too.
    await user.type(search, "salesforce");
    expect(titles(list)).toEqual(["Salesforce"]);
    expect(within(list).getByRole("rowheader", { name: /Couldn't connect to Cohere/ })).toBeVisible();
    await user.clear(search);
    host.handlers.listDefinitions = () => [];
    await user.click(within(list).getByRole("button", { name: "Try again Cohere · Northlight" }));
    await waitFor(() => expect(within(list).queryByText(/Couldn't connect to Cohere/)).not.toBeInTheDocument());
  });

  it("counts_entries_only_once_all_are_loaded", async () => {
    let answer: (definitions: []) => void = () => undefined;
    const { list } = await openCatalogue(
      (mock) => {
        mock.handlers.listDefinitions = () => new Promise((done) => (answer = done));
      },
      { accounts: manyAccounts().filter(({ id }) => id === "acc_cohere") },
    );
    expect(await within(list).findByRole("button", { name: "Add Linear" })).toBeVisible();
    expect(screen.queryByText(/^\d+ entries$/)).toBeNull();
    act(() => answer([]));
    expect(await screen.findByText(/^\d+ entries$/)).toBeVisible();
  });

  it("reloads_when_the_accounts_change", async () => {
    const { host } = await openCatalogue();
    const requests = () => host.calls.filter((call) => call.name === "listDefinitions").length;
    await waitFor(() => expect(requests()).toBe(6));
    await act(() => host.emit({ kind: "accounts_changed" }));
    await waitFor(() => expect(requests()).toBe(12));
  });
});

describe("a registry file", () => {
  const server = JSON.stringify({
    name: "com.example/weather",
    remotes: [{ type: "streamable-http", url: "https://weather.example.com/mcp" }],
  });

  it("is_read_from_a_chosen_file", async () => {
    const { user, host, list } = await openCatalogue();
    await user.click(screen.getByRole("button", { name: "Open registry file…" }));
    const dialog = await screen.findByRole("dialog", { name: "Open registry file" });
    expect(await axeViolations(dialog)).toEqual([]);
    expect(within(dialog).getByRole("button", { name: "Choose file…" })).toBeVisible();
    const input = dialog.querySelector("input");
    await user.upload(input ?? dialog, new File([server], "server.json", { type: "application/json" }));
    await waitFor(() => expect(within(dialog).getByRole("textbox", { name: "Or paste JSON" })).toHaveValue(server));
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await within(list).findByRole("rowheader", { name: "Registry file 1" })).toBeVisible();
    expect(titles(list)).toEqual(["Weather"]);
    expect(host.lastCall("readRegistryFile")).toEqual({ text: server });
  });

  it("without_servers_is_not_loaded_and_says_so_in_the_dialog", async () => {
    const { user, host } = await openCatalogue();
    host.handlers.readRegistryFile = () => [];
    await user.click(screen.getByRole("button", { name: "Open registry file…" }));
    const dialog = await screen.findByRole("dialog", { name: "Open registry file" });
    await user.click(within(dialog).getByRole("textbox", { name: "Or paste JSON" }));
    await user.paste("[]");
    await user.click(within(dialog).getByRole("button", { name: /^Open/ }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("No servers in this file");
    expect(screen.queryByRole("region", { name: "Notifications" })).toBeNull();
  });

  it("that_is_invalid_keeps_the_pasted_text", async () => {
    const { user } = await openCatalogue();
    await user.click(screen.getByRole("button", { name: "Open registry file…" }));
    const dialog = await screen.findByRole("dialog", { name: "Open registry file" });
    await user.click(within(dialog).getByRole("textbox", { name: "Or paste JSON" }));
    await user.paste("nonsense");
    await user.click(within(dialog).getByRole("button", { name: /^Open/ }));
    expect(await within(dialog).findByText("Not valid JSON (line 1)")).toBeVisible();
    await user.keyboard("{Escape}");
    await user.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(within(dialog).getByRole("textbox", { name: "Or paste JSON" })).toHaveValue("nonsense");
  });
});

it("the_catalogue_opens_with_its_shortcut", async () => {
  const { user } = renderApp("/connectors", many);
  await screen.findByRole("link", { name: "Catalog" });
  await user.keyboard("{Control>}6{/Control}");
  expect(await screen.findByRole("heading", { name: "Catalog", level: 1 })).toBeVisible();
});
