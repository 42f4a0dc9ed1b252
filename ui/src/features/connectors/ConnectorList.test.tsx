import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { platformDetails } from "@/test/hostedSamples";
import { expectCall } from "@/test/expectCall";
import { renderApp } from "@/test/renderApp";
import {
  connector,
  hostedConnector,
  manyAccounts,
  manyConnectors,
  manyHosted,
  minutesAgo,
  problem,
} from "@/test/samples";

const hosted = { accounts: manyAccounts(), connectors: [...manyHosted(), ...manyConnectors()] };
const status = connector().status;

/** Titles of the rows and of their groups, from the top. */
function rowTitles(): (string | undefined)[] {
  return within(screen.getByRole("grid", { name: "Connectors" }))
    .getAllByRole("row")
    .map((row) => (row.getAttribute("aria-label") ?? row.textContent ?? "").split(",")[0]);
}

async function chooseView(user: ReturnType<typeof renderApp>["user"], option: string) {
  await user.click(screen.getByRole("button", { name: /^View:/ }));
  const menu = await screen.findByRole("menu", { name: /^View/ });
  const [group, name = ""] = option.split(": ");
  await user.click(within(within(menu).getByRole("group", { name: group })).getByRole("menuitemradio", { name }));
}

describe("view of the list", () => {
  it("groups_by_account_and_saves_the_preference", async () => {
    const { user, host } = renderApp("/connectors", hosted);
    await screen.findAllByRole("row", { name: /^GitHub/ });
    await chooseView(user, "Group by: Account");
    await waitFor(() => expect(rowTitles()[0]).toMatch(/^This computer/));
    expect(rowTitles()).toContain("Cohere · Northlight 2");
    expect(host.lastCall("savePreferences")).toMatchObject({ preferences: { connectorGroup: "account" } });
  });

  it("sorts_favourites_first", async () => {
    const connectors = [
      connector({ id: "a", title: "Alpha", status: { ...status, lastOkAt: minutesAgo(60) } }),
      connector({ id: "b", title: "Beta", status: { ...status, lastOkAt: minutesAgo(1) } }),
      connector({ id: "c", title: "Gamma", favourite: true, status: { ...status, lastOkAt: null } }),
      connector({ id: "d", title: "Delta", status: { ...status, status: "failing", lastOkAt: minutesAgo(9) } }),
    ];
    renderApp("/connectors", { connectors, preferences: { connectorGroup: "none", connectorSort: "last_ok" } });
    await screen.findByRole("row", { name: /^Alpha/ });
    expect(rowTitles()).toEqual(["Gamma", "Beta", "Delta", "Alpha"]);
  });

  it("filters_by_tag", async () => {
    const { user } = renderApp("/connectors", {
      connectors: [
        connector({ id: "a", title: "Alpha", tags: ["sales"] }),
        connector({ id: "b", title: "Beta", tags: [] }),
      ],
    });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.click(screen.getByRole("button", { name: "Tag" }));
    await user.click(await screen.findByRole("menuitemradio", { name: /sales/ }));
    await waitFor(() => expect(screen.queryByRole("row", { name: /^Beta/ })).toBeNull());
  });

  it("shows_the_type_of_connectors_without_an_address_and_filters_by_it", async () => {
    const source = { endpoint: null, identity: { ...connector().identity, platform: "airbyte" as const } };
    const { user } = renderApp("/connectors", {
      accounts: manyAccounts(),
      connectors: [
        connector({ ...source, id: "a", title: "Alpha", connectorType: "GitHub" }),
        connector({ ...source, id: "b", title: "Beta", connectorType: "Stripe" }),
        connector({ id: "c", title: "Gamma", description: "Tells of the weather" }),
      ],
    });
    const row = await screen.findByRole("row", { name: /^Alpha/ });
    expect(within(row).getByText("GitHub")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Type" }));
    expect(await screen.findAllByRole("menuitemradio", { name: /GitHub|Stripe|weather/ })).toHaveLength(2);
    await user.click(screen.getByRole("menuitemradio", { name: /GitHub/ }));
    await waitFor(() => expect(screen.queryByRole("row", { name: /^Beta/ })).toBeNull());
    expect(screen.queryByRole("row", { name: /^Gamma/ })).toBeNull();
  });

  it("groups_by_type_with_untyped_connectors_last", async () => {
    const source = { endpoint: null, identity: { ...connector().identity, platform: "airbyte" as const } };
    renderApp("/connectors", {
      accounts: manyAccounts(),
      preferences: { connectorGroup: "type" },
      connectors: [
        connector({ id: "c", title: "Gamma" }),
        connector({ ...source, id: "b", title: "Beta", connectorType: "Stripe" }),
        connector({ ...source, id: "a", title: "Alpha", connectorType: "GitHub" }),
      ],
    });
    await screen.findByRole("row", { name: /^Alpha/ });
    const rows = screen.getAllByRole("row").map((row) => row.textContent);
    const place = (words: string) => rows.findIndex((row) => row.includes(words));
    expect([place("GitHub"), place("Stripe"), place("No type")].every((at) => at >= 0)).toBe(true);
    expect(place("Alpha")).toBeLessThan(place("Beta"));
    expect(place("No type")).toBeLessThan(place("Gamma"));
  });

  it("marks_rows_with_the_colour_of_their_account", async () => {
    renderApp("/connectors", hosted);
    const row = await screen.findByRole("row", { name: /^HubSpot CRM.*Mistral/ });
    expect(row.querySelector("[data-platform=mistral][data-colour=teal]")).not.toBeNull();
    expect(row).toHaveTextContent("Mistral · Northlight");
  });
});

describe("bulk actions", () => {
  const three = [
    connector({ id: "a", title: "Alpha" }),
    connector({ id: "b", title: "Beta" }),
    connector({ id: "c", title: "Gamma" }),
  ];

  it("select_by_keyboard_and_show_each_check_result", async () => {
    const { user, host, container } = renderApp("/connectors", { connectors: three }, (mock) => {
      const usual = mock.handlers.checkConnector;
      mock.handlers.checkConnector = (given) => {
        if (given.connector === "b") throw problem({ message: "couldn't connect to beta" });
        if (!usual) throw problem();
        return usual(given);
      };
    });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{ArrowDown}{Home}x{Shift>}{ArrowDown}{/Shift}");
    const bar = await screen.findByRole("group", { name: "Selected connectors" });
    expect(bar).toHaveTextContent("2 selected");
    expect(screen.getByRole("row", { name: /^Beta/ })).toHaveAttribute("aria-selected", "true");
    expect(screen.getByRole("row", { name: /^Gamma/ })).toHaveAttribute("aria-selected", "false");
    expect(await axeViolations(container)).toEqual([]);
    await user.keyboard("d");
    await waitFor(() => expect(bar).toHaveTextContent("1 selected, 1 failed"));
    expect(screen.getByRole("row", { name: /^Alpha.*OK$/ })).toHaveAttribute("aria-selected", "false");
    expect(screen.getByRole("row", { name: /^Beta.*Couldn't connect to beta$/ })).toHaveAttribute(
      "aria-selected",
      "true",
    );
    expect(host.calls.filter((call) => call.name === "checkConnector")).toHaveLength(2);
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("group", { name: "Selected connectors" })).toBeNull();
  });

  it("leave_the_keys_where_they_were_once_they_are_removed", async () => {
    const { user } = renderApp("/connectors", { connectors: [...three, connector({ id: "d", title: "Omega" })] });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{ArrowDown}x{ArrowDown}x{Backspace}");
    await waitFor(() => expect(screen.queryByRole("row", { name: /^Gamma/ })).toBeNull());
    await user.keyboard("{ArrowDown}");
    expect(screen.getByRole("row", { name: /^Omega/ })).toHaveAttribute("aria-selected", "true");
  });

  it("show_no_result_that_is_outdated", async () => {
    const { user, host } = renderApp("/connectors", { connectors: three });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Home}xd");
    await screen.findByRole("row", { name: /^Alpha.*OK$/ });
    await waitFor(() => expect(screen.queryByRole("group", { name: "Selected connectors" })).toBeNull());
    const failing = connector({ id: "a", title: "Alpha" });
    failing.status = { ...failing.status, status: "failing" };
    await act(() => host.emit({ kind: "connector_changed", connector: failing }));
    await waitFor(() => expect(screen.queryByRole("row", { name: /^Alpha.*OK$/ })).toBeNull());
    expect(screen.getByRole("row", { name: /^Alpha, Failing/ })).toBeVisible();
  });

  it("remove_local_connectors_and_restore_them", async () => {
    const { user, host } = renderApp("/connectors", { connectors: three });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Control>}a{/Control}{Backspace}");
    await user.click(await screen.findByRole("button", { name: /^Undo/ }));
    await waitFor(() => expect(host.calls.filter((call) => call.name === "restoreConnector")).toHaveLength(3));
    expect(await screen.findByRole("row", { name: /^Beta/ })).toBeVisible();
  });

  it("are_restored_as_far_as_possible", async () => {
    const { user, host } = renderApp("/connectors", { connectors: three });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Control>}a{/Control}{Backspace}");
    const usual = host.handlers.restoreConnector!;
    host.handlers.restoreConnector = (given) => {
      if (given.connector === "a") throw problem({ message: "its name is taken" });
      return usual(given);
    };
    await user.click(await screen.findByRole("button", { name: /^Undo/ }));
    expect(await screen.findAllByText("1 of 3 not restored. Its name is taken.")).not.toHaveLength(0);
    expect(screen.getByRole("row", { name: /^Beta/ })).toBeVisible();
    expect(screen.queryByRole("row", { name: /^Alpha/ })).toBeNull();
  });

  it("confirm_permanent_deletion_by_name", async () => {
    const { user, host } = renderApp("/connectors", {
      accounts: manyAccounts(),
      connectors: [...three, hostedConnector()],
    });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Control>}a{/Control}{Backspace}");
    const dialog = await screen.findByRole("alertdialog", { name: "Delete 4 connectors?" });
    expect(
      within(dialog)
        .getAllByRole("listitem")
        .map((one) => one.textContent),
    ).toEqual(["MiHubSpot CRMon Mistral · Northlight"]);
    expect(dialog).toHaveTextContent("3 connectors on this computer can be restored with Undo");
    expect(await axeViolations(dialog)).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Delete 4 connectors" }));
    await expectCall(host, "deleteConnector").toEqual({ connector: "con_hosted", confirmed: true });
  });

  it("turn_off_or_show_why_not", async () => {
    const { user, host } = renderApp("/connectors", {
      accounts: manyAccounts(),
      connectors: [connector({ id: "a", title: "Alpha" }), hostedConnector()],
    });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Control>}a{/Control}");
    await user.click(await screen.findByRole("button", { name: /^Turn off/ }));
    expect(await screen.findByRole("row", { name: /^HubSpot CRM.*Open it to choose a level$/ })).toHaveAttribute(
      "aria-selected",
      "true",
    );
    expect(host.lastCall("updateConnector")).toEqual({ connector: "a", changes: { enabled: false } });
    const [{ controls: [one] } = { controls: [] }] = platformDetails().groups;
    const about = one?.kind === "switch" ? [{ ...one, label: "Continue if it fails", isMain: false }] : [];
    host.handlers.connectorDetails = () => ({
      facts: [],
      groups: [{ title: "Activation", help: null, controls: one ? [one, ...about] : [] }],
    });
    await user.click(screen.getByRole("button", { name: /^Turn off/ }));
    await expectCall(host, "runAction").toEqual({
      request: { connector: "con_hosted", action: "deactivate-for-organization", values: null, confirmed: false },
    });
  });

  it("sign_in_one_after_the_other", async () => {
    const needs = { ...status, status: "needs_authorization" as const };
    const connectors = [
      connector({ id: "a", title: "Alpha", status: needs }),
      connector({ id: "b", title: "Beta", status: needs }),
      connector({ id: "c", title: "Gamma" }),
    ];
    const { user, host } = renderApp("/connectors", { connectors });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Control>}a{/Control}c");
    const started = () =>
      host.calls
        .filter((call) => call.name === "startAuthorization")
        .map(({ given }) => (given.request as { connector: string }).connector);
    await waitFor(() => expect(started()).toEqual(["a"]));
    await host.moveAuthorization("aut_a", { state: "authorized" });
    await waitFor(() => expect(started()).toEqual(["a", "b"]));
    await host.moveAuthorization("aut_b", { state: "denied" });
    expect(await screen.findByText("Sign-in denied")).toBeInTheDocument();
    expect(screen.getByText("Already connected")).toBeInTheDocument();
  });

  it("start_no_further_sign_in_once_the_list_is_left", async () => {
    const needs = { ...status, status: "needs_authorization" as const };
    const connectors = ["Alpha", "Beta"].map((title) => connector({ id: title, title, status: needs }));
    const { user, host } = renderApp("/connectors", { connectors });
    await screen.findByRole("row", { name: /^Alpha/ });
    await user.keyboard("{Control>}a{/Control}c");
    const dialog = await screen.findByRole("dialog", { name: "Sign in to Alpha" });
    await waitFor(() => expect(host.lastCall("startAuthorization")).toBeDefined());
    await act(() => host.moveAuthorization("aut_Alpha", { state: "checking" }));
    await user.click(within(dialog).getByRole("button", { name: "Hide (sign-in continues)" }));
    await user.click(screen.getByRole("link", { name: "Catalog" }));
    await screen.findByRole("heading", { name: "Catalog", level: 1 });
    await act(() => host.moveAuthorization("aut_Alpha", { state: "authorized" }));
    expect(screen.queryByRole("dialog", { name: "Sign in to Beta" })).toBeNull();
    expect(host.calls.filter((call) => call.name === "startAuthorization")).toHaveLength(1);
  });
});
