import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { need } from "@/test/needSamples";
import { renderApp } from "@/test/renderApp";
import {
  account,
  connector,
  manyAccounts,
  manyConnectors,
  manyEntries,
  minutesAgo,
  problem,
  vault,
} from "@/test/samples";

const lapsing = need({
  kind: "lapsing",
  entry: "wal_stripe",
  title: "Stripe restricted key",
  headline: "Stripe restricted key lapses soon",
  words: "used by Stripe",
  lapsesAt: minutesAgo(-60 * 24 * 3 - 60),
  fix: "replace_key",
});
const rotation = need({
  kind: "rotation",
  entry: "wal_stripe",
  title: "Stripe restricted key",
  headline: "Finish rotating Stripe restricted key",
  words: "1 place still uses the old credential: couldn't connect to Cohere",
  code: "network.unreachable",
  fix: "retry_rotation",
});
const failing = need({
  kind: "account_failing",
  account: "acc_cohere",
  title: "Cohere · Northlight",
  headline: "Couldn't load Cohere · Northlight",
  words: "Cohere answered with 503",
  code: "platform.failed",
  since: minutesAgo(30),
  fix: "check",
});
const all = {
  accounts: manyAccounts(),
  connectors: manyConnectors(),
  wallet: manyEntries(),
  needs: [lapsing, rotation, failing],
};

describe("what needs you", () => {
  it("shows_nine_then_all_and_checks_all_that_fail_at_once", async () => {
    const needs = Array.from({ length: 12 }, (_, at) => need({ connector: `con_${at}`, title: `Wiki ${at}` }));
    const { user, host } = renderApp("/", { connectors: [connector()], needs });
    const list = within(await screen.findByRole("region", { name: "Needs attention" }));
    expect(list.getAllByRole("listitem")).toHaveLength(9);
    await user.click(list.getByRole("button", { name: "Check all 12 failing" }));
    expect(host.lastCall("checkConnectors")).toBeDefined();
    await user.click(list.getByRole("button", { name: "Show all 12" }));
    expect(list.getAllByRole("listitem")).toHaveLength(12);
  });

  it("shows_why_nothing_could_be_checked", async () => {
    const needs = ["Wiki", "Mail"].map((title) => need({ connector: title, title }));
    const { user } = renderApp("/", { connectors: [connector()], needs }, (host) =>
      host.fail("checkConnectors", { code: "store.failed", message: "Couldn't read the connectors" }),
    );
    const list = within(await screen.findByRole("region", { name: "Needs attention" }));
    await user.click(list.getByRole("button", { name: "Check all 2 failing" }));
    expect(await list.findByRole("alert")).toHaveTextContent("Couldn't read the connectors");
  });

  it("asks_all_accounts_and_connectors_again_where_the_network_is_gone", async () => {
    const gone = need({
      kind: "account_failing",
      title: "Network",
      headline: "Couldn't reach 5 accounts",
      fix: "check",
    });
    const { user, host } = renderApp("/", { accounts: manyAccounts(), connectors: [connector()], needs: [gone] });
    const list = within(await screen.findByRole("region", { name: "Needs attention" }));
    await waitFor(() => expect(list.getByRole("button", { name: /^Try again/ })).not.toHaveAttribute("data-pending"));
    const before = host.calls.filter(({ name }) => name === "syncConnectors").length;
    await user.click(list.getByRole("button", { name: /^Try again/ }));
    await waitFor(() => expect(host.calls.filter(({ name }) => name === "syncConnectors")).toHaveLength(before + 1));
    expect(host.lastCall("checkConnectors")).toBeDefined();
  });

  it("is_told_with_its_reason_one_button_and_a_key_each", async () => {
    const { container } = renderApp("/", all);
    const list = within(await screen.findByRole("region", { name: "Needs attention" }));
    const rows = list.getAllByRole("listitem");
    expect(rows).toHaveLength(7);
    for (const [index, row] of rows.entries()) {
      const button = within(row).getByRole("button");
      expect(button).toHaveTextContent(new RegExp(`${index + 1}$`));
    }
    expect(list.getByText(/Refused|Refresh token refused/)).toBeVisible();
    expect(list.getByText("· in 3 days")).toBeVisible();
    expect(list.getByText("platform.failed")).toBeVisible();
    expect(screen.getByRole("link", { name: /^Home/ })).toHaveTextContent("7");
    expect(await axeViolations(container)).toEqual([]);
  });

  it("leads_to_the_credential_that_has_to_be_replaced", async () => {
    const { user } = renderApp("/", { ...all, needs: [lapsing] });
    await user.click(await screen.findByRole("button", { name: /^Replace key/ }));
    expect(await screen.findByRole("row", { name: /^Stripe restricted key/ })).toHaveAttribute("aria-selected", "true");
  });

  it("is_quiet_when_there_is_nothing", async () => {
    renderApp("/", { connectors: [connector()] });
    expect(
      await within(await screen.findByRole("region", { name: "Needs attention" })).findByText("All good"),
    ).toBeVisible();
    expect(within(screen.getByRole("link", { name: "Home" })).queryByText(/\d/)).toBeNull();
  });

  it("is_mended_by_a_key", async () => {
    const { user, host } = renderApp("/", all);
    await screen.findByRole("region", { name: "Needs attention" });
    host.handlers.retryRotation = () =>
      ({ entry: "wal_stripe", canGoBack: true, canFinish: true, places: [] }) as never;
    await user.keyboard("6");
    await waitFor(() => expect(host.lastCall("retryRotation")).toMatchObject({ entry: "wal_stripe" }));
    await user.keyboard("7");
    await waitFor(() => expect(host.lastCall("testAccount")).toEqual({ account: "acc_cohere" }));
    await user.keyboard("c");
    await waitFor(() =>
      expect(host.lastCall("startAuthorization")).toMatchObject({ request: { connector: "con_hubspot" } }),
    );
  });

  it("says_first_what_is_lost_by_quitting_and_saves_it_again", async () => {
    const unsaved = need({
      kind: "unsaved",
      entry: "wal_stripe",
      title: "HubSpot",
      headline: "HubSpot: renewed sign-in isn't saved",
      words: "do not quit Patchbay yet: free space on the disk",
      code: "vault.unsaved",
      fix: "save_again",
    });
    const { user, host } = renderApp("/", { ...all, needs: [unsaved] });
    expect(await screen.findByText("HubSpot: renewed sign-in isn't saved")).toBeVisible();
    expect(screen.getByText("vault.unsaved")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Save again/ }));
    await waitFor(() => expect(host.lastCall("saveUnsavedSecrets")).toBeDefined());
    expect(await screen.findByText("Sign-in saved")).toBeVisible();
  });

  it("keeps_a_failure_to_mend_where_it_is", async () => {
    const { user, host } = renderApp("/", all);
    await screen.findByRole("region", { name: "Needs attention" });
    host.handlers.retryRotation = () => {
      throw problem({ code: "vault.locked", message: "the vault is locked" });
    };
    await user.click(screen.getByRole("button", { name: /^Retry/ }));
    expect(await screen.findByText("The vault is locked")).toBeVisible();
    expect(screen.getByText("Finish rotating Stripe restricted key")).toBeVisible();
  });

  it("forgets_a_failure_once_something_else_is_fixed", async () => {
    const unsaved = need({ kind: "unsaved", title: "HubSpot", fix: "save_again" });
    const { user, host } = renderApp("/", { ...all, needs: [rotation, unsaved] });
    await screen.findByRole("region", { name: "Needs attention" });
    host.fail("saveUnsavedSecrets", { code: "store.failed", message: "couldn't save" });
    host.fail("retryRotation", { code: "vault.locked", message: "the vault is locked" });
    await user.click(screen.getByRole("button", { name: /^Retry/ }));
    expect(await screen.findByText("The vault is locked")).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Save again/ }));
    expect(await screen.findByText("Couldn't save")).toBeVisible();
    expect(screen.queryByText("The vault is locked")).toBeNull();
  });

  it("is_a_locked_vault_first_which_opens_in_place", async () => {
    const locked = vault({ backend: "passphrase", state: "locked" });
    const { user, host } = renderApp("/", { connectors: [connector()], vault: locked });
    // In the notice and in the status bar.
    expect(await screen.findAllByText("Vault locked")).toHaveLength(2);
    expect(screen.queryByText("All good")).toBeNull();
    await user.type(screen.getByLabelText("Passphrase"), "correct horse");
    await user.click(screen.getByRole("button", { name: "Unlock" }));
    await waitFor(() => expect(host.lastCall("unlockVault")).toEqual({ passphrase: "correct horse" }));
    expect((await screen.findAllByText("All good")).length).toBeGreaterThan(0);
    expect(screen.queryByText("Vault locked")).toBeNull();
  });

  it("leads_a_signed_out_account_to_its_key", async () => {
    const { user } = renderApp("/", {
      accounts: [account(), account({ id: "acc_c", platform: "cohere", label: "Cohere", isSignedOut: true })],
      connectors: [connector()],
    });
    await user.click(await screen.findByRole("button", { name: /^Replace key ?, Cohere/ }));
    expect(await screen.findByRole("region", { name: "Sign in" })).toBeVisible();
  });

  it("found_in_the_background_is_told_once_and_listed", async () => {
    const { host } = renderApp("/", { connectors: [connector()] });
    await within(await screen.findByRole("region", { name: "Needs attention" })).findByText("All good");
    const found = need({ kind: "failing", connector: "con_github", identity: connector().identity });
    host.state.needs = [found];
    await act(() => host.emit({ kind: "need_arose", need: found }));
    expect(await screen.findByRole("button", { name: /^Check ?, GitHub/ })).toBeVisible();
    expect(screen.getByText("GitHub isn't working", { selector: "[class*=toast] *" })).toBeVisible();
  });

  it("found_while_a_dialog_is_open_is_only_announced", async () => {
    const { host, user } = renderApp("/", { connectors: [connector()] });
    await within(await screen.findByRole("region", { name: "Needs attention" })).findByText("All good");
    await user.keyboard("n");
    await screen.findByRole("dialog");
    const found = need({ kind: "failing", connector: "con_github", identity: connector().identity });
    await act(() => host.emit({ kind: "need_arose", need: found }));
    expect(await screen.findByText("GitHub isn't working", { selector: "[role=status]" })).toBeInTheDocument();
    expect(screen.queryByRole("region", { name: "Notifications" })).toBeNull();
  });

  it("keeps_its_button_while_somebody_signs_in", async () => {
    const sign_in = need({ id: "sign_in:con_github", kind: "sign_in", connector: "con_github", fix: "sign_in" });
    const { host, client } = renderApp("/", { connectors: [connector()], needs: [sign_in] });
    const button = await screen.findByRole("button", { name: /, GitHub/ });
    button.focus();
    host.state.needs = [{ ...sign_in, id: "authorizing:con_github", kind: "authorizing", fix: "show" }];
    await act(() => client.invalidateQueries());
    await waitFor(() => expect(button).toHaveAccessibleName(/^Show/));
    expect(button).toHaveFocus();
  });
});

it("background_checks_can_be_switched_off", async () => {
  const { user, host } = renderApp("/settings");
  const off = await screen.findByRole("switch", { name: /Check connectors in the background/ });
  expect(off).toBeChecked();
  await user.click(off);
  await waitFor(() => expect(host.lastCall("switchBackgroundChecks")).toEqual({ on: false }));
  await waitFor(() => expect(off).not.toBeChecked());
});

it("the_page_stays_with_what_is_typed_when_needs_cannot_be_read_again", async () => {
  const { user, host } = renderApp("/", { connectors: [connector()], needs: [failing] });
  const box = await screen.findByRole("textbox", { name: "Address of an MCP server" });
  await user.type(box, "https://half");
  const usual = host.handlers.listNeeds!;
  host.fail("listNeeds", { message: "the database is busy" });
  await act(() => host.emit({ kind: "settings_changed" }));
  expect(await screen.findByText("The database is busy")).toBeVisible();
  expect(screen.getByText("Couldn't load Cohere · Northlight")).toBeVisible();
  expect(box).toHaveValue("https://half");
  expect(box).toBeInTheDocument();
  host.handlers.listNeeds = usual;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(screen.queryByText("The database is busy")).toBeNull());
});
