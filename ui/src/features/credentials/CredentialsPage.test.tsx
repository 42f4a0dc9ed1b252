import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Platform } from "@/host/bindings";
import { axeViolations } from "@/test/axe";
import { cacheHolds } from "@/test/cacheHolds";
import { renderApp } from "@/test/renderApp";
import { credentialLevels } from "@/test/hostedSamples";
import { manyTargets } from "@/test/rotationSamples";
import { account, check, connector, entry, identity, manyEntries, problem, vault } from "@/test/samples";

describe("the wallet", () => {
  it("names_who_uses_what_and_until_when", async () => {
    const { container } = renderApp("/credentials", { wallet: manyEntries() });
    expect(
      await screen.findByRole("row", { name: "Northlight ops, Sign-in, Used in 1 place, Needs sign-in" }),
    ).toBeVisible();
    expect(screen.getByRole("button", { name: /^Add credential/ })).toBeVisible();
    expect(await axeViolations(container)).toEqual([]);
  });

  it("leaves_the_focus_in_the_filter_when_the_list_comes_back", async () => {
    const { user } = renderApp("/credentials", { wallet: manyEntries() });
    await screen.findByRole("row", { name: /^Northlight ops/ });
    const filter = screen.getByRole("textbox", { name: "Filter credentials" });
    await user.type(filter, "nothing is called that");
    expect(screen.getByText("No matching credentials")).toBeVisible();
    await user.clear(filter);
    await user.type(filter, "north");
    expect(screen.getByRole("row", { name: /^Northlight ops/ })).toBeVisible();
    expect(filter).toHaveFocus();
    expect(filter).toHaveValue("north");
  });

  it("saves_a_token_and_never_shows_it_again", async () => {
    const { user, host, client } = renderApp("/credentials");
    await screen.findByText("No saved credentials");
    await user.keyboard("n");
    await user.type(await screen.findByRole("textbox", { name: /^Name/ }), "Deploy key");
    await user.type(screen.getByLabelText("Token"), "s3cret");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("row", { name: /^Deploy key, Token/ })).toBeVisible();
    expect(host.lastCall("addWalletEntry")).toEqual({
      request: { name: "Deploy key", secret: { kind: "bearer", token: "s3cret" } },
    });
    expect(document.body.innerHTML).not.toContain("s3cret");
    await waitFor(() => expect(cacheHolds(client, "s3cret")).toBe(false));
  });

  it("asks_before_a_typed_secret_is_lost_to_another_page_or_with_its_dialog", async () => {
    const { user } = renderApp("/credentials", { wallet: manyEntries() });
    await user.click(await screen.findByRole("row", { name: /^Zendesk service key/ }));
    await user.type(await screen.findByLabelText("Value"), "s3cret");
    await user.click(screen.getByRole("link", { name: /^Runs/ }));
    await user.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(screen.getByLabelText("Value")).toHaveValue("s3cret");
    await user.click(screen.getByRole("link", { name: /^Runs/ }));
    await user.click(await screen.findByRole("button", { name: "Discard" }));
    await screen.findByRole("heading", { name: "Runs" });
    await user.click(screen.getByRole("link", { name: /^Credentials/ }));
    await user.click(await screen.findByRole("button", { name: /^Add credential/ }));
    await user.type(await screen.findByLabelText("Token"), "s3cret");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel" }));
    await user.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(screen.getByLabelText("Token")).toHaveValue("s3cret");
  });

  it("asks_before_a_typed_secret_is_lost_to_one_found_by_the_palette", async () => {
    const { user } = renderApp("/credentials", { wallet: manyEntries() });
    // Loaded before: else the focus leaves the field while React renders, and user-event then has it render once more.
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("combobox");
    await user.keyboard("{Escape}");
    await user.click(await screen.findByRole("row", { name: /^Zendesk service key/ }));
    await user.type(await screen.findByLabelText("Value"), "s3cret");
    const find = async () => {
      await user.keyboard("{Control>}k{/Control}");
      await user.type(await screen.findByRole("combobox"), "$Northlight{Enter}");
    };
    await find();
    await user.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(screen.getByLabelText("Value")).toHaveValue("s3cret");
    await find();
    await user.click(await screen.findByRole("button", { name: "Discard" }));
    expect(await screen.findByRole("dialog", { name: "Northlight ops" })).toBeVisible();
  });

  it("asks_before_a_typed_secret_is_lost_to_another_row_or_a_filter", async () => {
    const { user } = renderApp("/credentials", { wallet: manyEntries() });
    await user.click(await screen.findByRole("row", { name: /^Zendesk service key/ }));
    await user.type(await screen.findByLabelText("Value"), "s3cret");
    await user.type(screen.getByRole("textbox", { name: "Filter credentials" }), "north");
    expect(screen.queryByRole("row", { name: /^Zendesk/ })).toBeNull();
    await user.click(screen.getByRole("row", { name: /^Northlight ops/ }));
    const question = await screen.findByRole("alertdialog", { name: "Discard the new credential?" });
    await user.click(within(question).getByRole("button", { name: "Keep editing" }));
    expect(screen.getByRole("dialog", { name: "Zendesk service key" })).toBeVisible();
    expect(screen.getByLabelText("Value")).toHaveValue("s3cret");
    await user.click(screen.getByRole("row", { name: /^Northlight ops/ }));
    await user.click(await screen.findByRole("button", { name: "Discard" }));
    expect(await screen.findByRole("dialog", { name: "Northlight ops" })).toBeVisible();
    await user.clear(screen.getByRole("textbox", { name: "Filter credentials" }));
    await user.click(screen.getByRole("row", { name: /^Zendesk service key/ }));
    expect(await screen.findByLabelText("Value")).toHaveValue("");
  });

  it("leaves_the_focus_in_the_list_whose_selection_a_sheet_follows", async () => {
    const { user } = renderApp("/credentials", { wallet: manyEntries() });
    await user.click(await screen.findByRole("row", { name: /^Zendesk service key/ }));
    await user.type(await screen.findByLabelText("Value"), "s3cret{Escape}");
    await user.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(screen.getByLabelText("Value")).toHaveValue("s3cret");
    await user.clear(screen.getByLabelText("Value"));
    const list = screen.getByRole("grid", { name: "Credentials" });
    act(() => list.focus());
    await user.keyboard("kk");
    expect(list).toHaveFocus();
    expect(screen.queryByRole("dialog", { name: "Zendesk service key" })).toBeNull();
  });

  it("replaces_headers_and_keeps_those_left_empty", async () => {
    const { user, host } = renderApp("/credentials", { wallet: manyEntries() });
    await user.click(await screen.findByRole("row", { name: /^Zendesk service key/ }));
    await user.type(await screen.findByLabelText("Value"), "new");
    await user.click(screen.getByRole("button", { name: "Replace" }));
    await waitFor(() =>
      expect(host.lastCall("replaceWalletSecret")).toEqual({
        entry: "wal_headers",
        secret: {
          kind: "headers",
          values: { "X-Api-Key": { kind: "new", secret: "new" }, "X-Tenant": { kind: "new", secret: "" } },
        },
      }),
    );
  });

  it("replaces_no_headers_where_nothing_was_entered", async () => {
    const { user, host } = renderApp("/credentials", { wallet: manyEntries() });
    await user.click(await screen.findByRole("row", { name: /^Zendesk service key/ }));
    await user.click(await screen.findByRole("button", { name: "Replace" }));
    expect(await screen.findByText("Enter a new value")).toBeVisible();
    expect(host.lastCall("replaceWalletSecret")).toBeUndefined();
  });

  it("offers_one_way_to_change_a_secret", async () => {
    const alone = entry({
      id: "wal_one",
      name: "One reads it",
      kind: "bearer",
      usedBy: [{ connector: "con_github", title: "GitHub" }],
    });
    const usedBy = [...alone.usedBy, { connector: "con_linear", title: "Linear" }];
    const shared = { ...alone, id: "wal_two", name: "Two read it", usedBy };
    const { user } = renderApp("/credentials", { wallet: [alone, shared] });
    await user.click(await screen.findByRole("row", { name: /^One reads it/ }));
    const first = await screen.findByRole("dialog", { name: "One reads it" });
    expect(await within(first).findByRole("button", { name: "Replace" })).toBeVisible();
    expect(within(first).queryByRole("button", { name: /^Rotate/ })).toBeNull();
    await user.keyboard("{Escape}");
    await user.click(await screen.findByRole("row", { name: /^Two read it/ }));
    const second = await screen.findByRole("dialog", { name: "Two read it" });
    expect(await within(second).findByRole("button", { name: "Rotate…" })).toBeVisible();
    expect(within(second).queryByRole("button", { name: "Replace" })).toBeNull();
  });

  it("shows_the_name_that_was_given_elsewhere", async () => {
    const { user, host } = renderApp("/credentials", { wallet: [entry({ id: "wal_one", name: "Former" })] });
    await user.click(await screen.findByRole("row", { name: /^Former/ }));
    const field = await screen.findByRole("textbox", { name: "Name" });
    host.state.wallet = [entry({ id: "wal_one", name: "Elsewhere" })];
    await act(() => host.emit({ kind: "wallet_changed" }));
    await waitFor(() => expect(field).toHaveValue("Elsewhere"));
  });

  it("says_what_would_break_before_it_deletes", async () => {
    const { user, host } = renderApp("/credentials", { wallet: manyEntries() });
    await screen.findByRole("row", { name: /^analytics/ });
    await user.keyboard("{Backspace}");
    const dialog = await screen.findByRole("alertdialog", { name: "Delete analytics read-only?" });
    expect(await within(dialog).findByText(/^Postgres analytics/)).toBeVisible();
    expect(within(dialog).getByRole("button", { name: "Cancel" })).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Delete anyway" }));
    await waitFor(() => expect(screen.queryByRole("row", { name: /^analytics/ })).toBeNull());
    expect(host.lastCall("removeWalletEntry")).toEqual({ entry: "wal_analytics", confirmed: true });
    // The next one is chosen, and nothing is asked of it.
    expect(await screen.findByRole("row", { name: /^GitHub lena-fischer/, selected: true })).toBeVisible();
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(screen.getAllByText("analytics read-only deleted").length).toBeGreaterThan(0);
  });

  it("asks_of_no_other_credential_when_the_one_in_question_is_gone", async () => {
    const { user, host } = renderApp("/credentials", { wallet: manyEntries() });
    await screen.findByRole("row", { name: /^analytics/ });
    await user.keyboard("{Backspace}");
    await screen.findByRole("alertdialog", { name: "Delete analytics read-only?" });
    host.state.wallet = host.state.wallet.filter(({ name }) => name !== "analytics read-only");
    await act(() => host.emit({ kind: "wallet_changed" }));
    await waitFor(() => expect(screen.queryByRole("row", { name: /^analytics/ })).toBeNull());
    // The list has the focus again, and selects another.
    await screen.findByRole("row", { selected: true });
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });
});

function rotating() {
  const app = renderApp("/credentials", {
    wallet: [
      entry({
        id: "wal_stripe",
        name: "Stripe restricted key",
        usedBy: [{ connector: "con_stripe", title: "Stripe" }],
      }),
    ],
  });
  app.host.targets.set("wal_stripe", manyTargets());
  return app;
}

const rotationSheet = () => screen.findByRole("dialog", { name: /^Rotate / });

/** Opens the rotation by its key, and enters a new secret. */
async function rotates(user: ReturnType<typeof rotating>["user"], secret: string) {
  await screen.findByRole("row", { name: /^Stripe/ });
  await user.keyboard("r");
  const sheet = await rotationSheet();
  await within(sheet).findByRole("list", { name: "Places" });
  await user.type(within(sheet).getByLabelText("Token"), `${secret}{Enter}`);
  return sheet;
}

describe("rotating", () => {
  it("counts_the_same_places_in_the_row_as_in_the_sheet_and_says_what_is_not_finished", async () => {
    const { user, host } = rotating();
    host.refuses.set("Payments search", problem({ code: "auth.forbidden", message: "your role may not replace it" }));
    host.leaveHalfRotated("wal_stripe");
    const row = await screen.findByRole("row", {
      name: "Stripe restricted key, Token, Used in 4 places, Rotation not finished, Never expires",
    });
    expect(within(row).getByText("4")).toBeVisible();
    expect(screen.getByText("0 not used")).toBeVisible();
    await user.click(row);
    const sheet = await screen.findByRole("dialog", { name: "Stripe restricted key" });
    expect(await within(sheet).findByText(/Used in 4 places/)).toBeVisible();
    await user.click(within(sheet).getByRole("button", { name: "Continue rotation" }));
    const rotate = await rotationSheet();
    expect(await within(rotate).findByText("1 of 2 updated")).toBeVisible();
    expect(within(rotate).getByRole("button", { name: /^Retry 1/ })).toHaveFocus();
  });

  it("tells_every_place_before_anything_is_sent", async () => {
    const { user, host, container } = rotating();
    await user.click(await screen.findByRole("row", { name: /^Stripe/ }));
    const sheet = await screen.findByRole("dialog", { name: "Stripe restricted key" });
    expect(await within(sheet).findByText(/Used in 4 places/)).toBeVisible();
    expect(within(sheet).queryByRole("button", { name: "Replace" })).toBeNull();
    await user.click(within(sheet).getByRole("button", { name: "Rotate…" }));
    const rotate = await rotationSheet();
    const list = await within(rotate).findByRole("list", { name: "Places" });
    expect(within(list).getAllByText("Will be updated")).toHaveLength(2);
    expect(within(list).getByText("Organization credential · default")).toBeVisible();
    await user.click(within(rotate).getByRole("button", { name: "Rotate" }));
    expect(within(rotate).getByText("Paste the token")).toBeVisible();
    expect(host.lastCall("rotateWalletEntry")).toBeUndefined();
    expect(await axeViolations(container)).toEqual([]);
  });

  it("shows_what_each_place_says_retries_goes_back_and_finishes", async () => {
    const { user, host, container } = rotating();
    host.refuses.set(
      "Payments search",
      problem({ code: "auth.forbidden", message: "your role may not replace it", hint: "Ask an owner." }),
    );
    const sheet = await rotates(user, "n3xt-secret");
    expect(await within(sheet).findByText("Failed")).toBeVisible();
    expect(within(sheet).getByText("1 of 2 updated")).toBeVisible();
    expect(within(sheet).getByText("auth.forbidden")).toBeVisible();
    expect(within(sheet).getByText(/Your role may not replace it. Ask an owner./)).toBeVisible();
    expect(host.lastCall("rotateWalletEntry")).toMatchObject({
      entry: "wal_stripe",
      secret: { kind: "bearer", token: "n3xt-secret" },
    });
    expect(document.body.innerHTML).not.toContain("n3xt-secret");
    expect(await axeViolations(container)).toEqual([]);

    const retry = within(sheet).getByRole("button", { name: /^Retry 1/ });
    await user.click(retry);
    await waitFor(() => expect(host.lastCall("retryRotation")).toMatchObject({ entry: "wal_stripe" }));
    await waitFor(() => expect(retry).toHaveFocus());
    host.refuses.clear();
    await user.click(retry);
    expect(await within(sheet).findByText("2 of 2 updated")).toBeVisible();
    await user.click(within(sheet).getByRole("button", { name: "Roll back" }));
    await waitFor(() => expect(host.lastCall("rollBackRotation")).toMatchObject({ entry: "wal_stripe" }));
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(screen.queryByRole("dialog", { name: /^Rotate / })).toBeNull());
    expect(host.lastCall("finishRotation")).toEqual({ entry: "wal_stripe" });
  });

  it("rotates_no_other_credential_that_is_selected_meanwhile", async () => {
    const { user } = renderApp("/credentials", { wallet: manyEntries() });
    await user.click(await screen.findByRole("row", { name: /^Stripe/ }));
    await screen.findByRole("dialog", { name: /^Stripe/ });
    screen.getByRole("grid", { name: "Credentials" }).focus();
    await user.keyboard("r");
    await rotationSheet();
    screen.getByRole("grid", { name: "Credentials" }).focus();
    await user.keyboard("{ArrowUp}");
    await waitFor(() => expect(screen.queryByRole("dialog", { name: /^Rotate / })).toBeNull());
    expect(await screen.findByRole("dialog")).toBeVisible();
  });

  it("offers_a_new_rotation_after_one_that_was_rolled_back", async () => {
    const { user } = rotating();
    const rotate = await rotates(user, "n3xt-secret");
    await user.click(await within(rotate).findByRole("button", { name: "Roll back" }));
    expect(await within(rotate).findByText("Rolled back everywhere")).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(rotate).not.toBeInTheDocument());
    await user.click(
      await screen.findByRole("row", { name: "Stripe restricted key, Token, Used in 4 places, Never expires" }),
    );
    const sheet = await screen.findByRole("dialog", { name: "Stripe restricted key" });
    expect(within(sheet).queryByRole("button", { name: "Continue rotation" })).toBeNull();
    await user.click(await within(sheet).findByRole("button", { name: "Rotate…" }));
    const again = await rotationSheet();
    expect(await within(again).findByLabelText("Token")).toHaveFocus();
    expect(within(again).queryByRole("button", { name: "Roll back" })).toBeNull();
  });

  it("tells_of_a_rollback_that_missed_a_place_when_it_goes_on", async () => {
    const { user, host } = rotating();
    const rotate = await rotates(user, "n3xt-secret");
    await within(rotate).findByText("2 of 2 updated");
    host.refuses.set("Payments search", problem({ code: "auth.forbidden", message: "your role may not replace it" }));
    await user.click(within(rotate).getByRole("button", { name: "Roll back" }));
    await within(rotate).findByText("1 not updated");
    await user.keyboard("{Escape}");
    await user.click(await screen.findByRole("row", { name: /Rotation not finished/ }));
    await user.click(await screen.findByRole("button", { name: "Continue rotation" }));
    const again = await rotationSheet();
    expect(await within(again).findByText("Restored")).toBeVisible();
    host.refuses.clear();
    await user.click(within(again).getByRole("button", { name: /^Retry 1/ }));
    expect(await within(again).findByText("Rolled back everywhere")).toBeVisible();
    await user.click(within(again).getByRole("button", { name: /^Finish/ }));
    expect((await screen.findAllByText("Rotation of Stripe restricted key rolled back")).length).toBeGreaterThan(0);
  });

  it("checks_every_user_with_the_new_secret_and_offers_the_old_one_where_it_is_rejected", async () => {
    const { user, host } = rotating();
    let rejects = true;
    host.handlers.testAccount = () => account();
    host.handlers.checkConnector = ({ connector: id }) => {
      const all = check(connector({ id: id as string }));
      if (!rejects || id !== "con_stripe") return all;
      const refused = problem({ code: "auth.refused", message: "Stripe rejected its token" });
      return {
        ...all,
        steps: all.steps.map((step) =>
          step.name === "sign_in" ? { ...step, state: "failed", problem: refused } : step,
        ),
      };
    };
    const sheet = await rotates(user, "n3xt");
    expect(await within(sheet).findByText("New credential rejected by 1 of 4")).toBeVisible();
    expect(within(sheet).getByText("Rejected")).toBeVisible();
    expect(within(sheet).getAllByText("Works")).toHaveLength(3);
    expect(within(sheet).queryByText("Updated everywhere")).toBeNull();
    rejects = false;
    await user.click(within(sheet).getByRole("button", { name: "Roll back" }));
    expect(await within(sheet).findByText("Rolled back everywhere")).toBeVisible();
    expect(screen.getAllByText("Rotation of Stripe restricted key rolled back").length).toBeGreaterThan(0);
    await waitFor(() => expect(within(sheet).getAllByText("Works")).toHaveLength(4));
    expect(within(sheet).queryByRole("button", { name: "Roll back" })).toBeNull();
  });

  it("says_that_the_rotation_is_finished_even_after_the_sheet_was_closed", async () => {
    const { user, host } = rotating();
    const sheet = await rotates(user, "n3xt");
    const finish = host.handlers.finishRotation!;
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    host.handlers.finishRotation = async (given) => {
      await ended;
      return finish(given);
    };
    await user.click(await within(sheet).findByRole("button", { name: /^Finish/ }));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
    end();
    expect((await screen.findAllByText("Stripe restricted key rotated")).length).toBeGreaterThan(0);
  });

  it("misses_no_place_that_still_waits_for_the_old_secret", async () => {
    const { user, host } = rotating();
    host.leaveHalfRotated("wal_stripe");
    await user.click(await screen.findByRole("row", { name: /^Stripe/ }));
    await user.click(await screen.findByRole("button", { name: "Continue rotation" }));
    const sheet = await rotationSheet();
    expect(await within(sheet).findByText("2 of 2 updated")).toBeVisible();
    const pushed = host.targets.get("wal_stripe")!;
    const waits = problem({ code: "cancelled", message: "not updated yet" });
    let end!: () => void;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    host.handlers.rollBackRotation = async () => {
      host.targets.set(
        "wal_stripe",
        pushed.map((target) => (target.holder === null ? target : { ...target, problem: waits })),
      );
      await host.emit({ kind: "connectors_changed" });
      await ended;
      host.targets.set("wal_stripe", pushed);
      return { entry: host.state.wallet[0]!, targets: pushed, canGoBack: true, isRolledBack: true };
    };
    await user.click(within(sheet).getByRole("button", { name: "Roll back" }));
    const asked = () => host.calls.filter(({ name }) => name === "planRotation").length;
    await waitFor(() => expect(within(sheet).getByText("0 of 2 updated")).toBeVisible());
    await waitFor(() => expect(asked()).toBeGreaterThan(1));
    expect(within(sheet).queryByRole("button", { name: /^Retry/ })).toBeNull();
    expect(within(sheet).getByRole("button", { name: /^Finish/ })).toBeDisabled();
    await act(() => {
      end();
      return ended;
    });
    expect(await within(sheet).findByText("Rolled back everywhere")).toBeVisible();
  });

  it("says_of_each_place_what_deleting_does_to_it", async () => {
    const { user, container } = rotating();
    await screen.findByRole("row", { name: /^Stripe/ });
    await user.keyboard("{Backspace}");
    const dialog = await screen.findByRole("alertdialog", { name: "Delete Stripe restricted key?" });
    const stops = await within(dialog).findByRole("list", { name: "Stops working" });
    expect(within(stops).getAllByRole("listitem")).toHaveLength(2);
    expect(
      within(within(dialog).getByRole("list", { name: "Keeps a copy" })).getByText(
        "Payments search · Cohere · Northlight",
      ),
    ).toBeVisible();
    expect(await axeViolations(container)).toEqual([]);
  });
});

describe("credentials on platforms", () => {
  const onPlatform = (id: string, title: string, platform: Platform, account: string) =>
    connector({ id, title, remoteId: id, identity: identity("lena-fischer", { platform, account }) });
  const hosted = [
    onPlatform("con_hubspot", "HubSpot", "mistral", "Mistral · Northlight"),
    onPlatform("con_search", "Search", "cohere", "Cohere · Northlight"),
  ];

  it("lists_them_by_account_and_tells_of_each_failure_where_it_is", async () => {
    const { user, host, container } = renderApp("/credentials", { connectors: hosted });
    host.handlers.listPlatformCredentials = ({ connector: id }) => {
      if (id === "con_search") throw problem({ code: "network.unreachable", message: "couldn't connect to Cohere" });
      return credentialLevels();
    };
    await screen.findByText("No saved credentials");
    expect(host.lastCall("listPlatformCredentials")).toBeUndefined();
    await user.click(screen.getByRole("radio", { name: "Platforms" }));
    expect(await screen.findByRole("row", { name: "default, of HubSpot, personal, default, Valid" })).toBeVisible();
    expect(
      screen.getByRole("row", {
        name: /^HubSpot, Mistral · Northlight, 2 credentials · Organization: you may not see these/,
      }),
    ).toBeVisible();
    expect(
      await screen.findByRole("row", { name: /^Search, Cohere · Northlight, Couldn't connect to Cohere/ }),
    ).toBeVisible();
    expect(await axeViolations(container)).toEqual([]);
    host.handlers.listPlatformCredentials = () => [];
    await user.click(screen.getByRole("row", { name: /^Search/ }));
    expect(await screen.findByRole("row", { name: /^Search, .*No credentials/ })).toBeVisible();
    await user.click(screen.getByRole("row", { name: /^sandbox, of HubSpot/ }));
    expect(await screen.findByRole("tab", { name: /Credentials/, selected: true })).toBeVisible();
  });

  it("tells_why_the_connectors_could_not_be_loaded_and_tries_again", async () => {
    const { user, host } = renderApp("/credentials", { connectors: hosted });
    const listConnectors = host.handlers.listConnectors;
    host.fail("listConnectors", { code: "store.failed", message: "the database cannot be read" });
    await host.emit({ kind: "connectors_changed" });
    await user.click(await screen.findByRole("radio", { name: "Platforms" }));
    expect(await screen.findByText("The database cannot be read")).toBeVisible();
    host.handlers.listConnectors = listConnectors;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("row", { name: /^HubSpot, / })).toBeVisible();
  });

  it("asks_many_connectors_only_when_they_are_unfolded", async () => {
    const many = Array.from({ length: 12 }, (_, index) => ({
      ...hosted[0]!,
      id: `con_${index}`,
      title: `Number ${index}`,
    }));
    const { user, host } = renderApp("/credentials", { connectors: many });
    await user.click(await screen.findByRole("radio", { name: "Platforms" }));
    await screen.findByRole("row", { name: "Number 3, Mistral · Northlight, Not loaded" });
    expect(host.lastCall("listPlatformCredentials")).toBeUndefined();
    await user.click(screen.getByRole("row", { name: /^Number 3,/ }));
    expect(await screen.findByRole("row", { name: /^sandbox, of Number 3/ })).toBeVisible();
    expect(host.calls.filter((call) => call.name === "listPlatformCredentials")).toHaveLength(1);
  });
});

describe("the vault", () => {
  it("is_unlocked_by_the_right_passphrase_only", async () => {
    const { user } = renderApp("/credentials", {
      wallet: manyEntries(),
      vault: vault({ backend: "passphrase", state: "locked" }),
    });
    const field = await screen.findByLabelText("Passphrase");
    // Platforms may use it, which only its plan says.
    expect(screen.getByRole("row", { name: /^Salesforce app/ })).not.toHaveTextContent("Not used");
    expect(screen.queryByText(/not used$/)).toBeNull();
    await user.type(field, "wrong{Enter}");
    expect(await screen.findByText("Wrong passphrase")).toBeVisible();
    await user.clear(field);
    await user.type(field, "correct horse{Enter}");
    await waitFor(() => expect(screen.queryByText("Vault locked")).toBeNull());
  });

  it("leaves_the_focus_in_the_page_once_it_is_unlocked", async () => {
    const { user } = renderApp("/credentials", { vault: vault({ backend: "passphrase", state: "locked" }) });
    await user.type(await screen.findByLabelText("Passphrase"), "correct horse{Enter}");
    await waitFor(() => expect(screen.queryByText("Vault locked")).toBeNull());
    await waitFor(() => expect(document.body).not.toHaveFocus());
  });

  it("takes_a_new_passphrase_twice_where_no_keychain_answers", async () => {
    const { user, host } = renderApp("/credentials", {
      vault: vault({
        backend: null,
        state: "unavailable",
        problem: problem({ code: "vault.no_keychain", message: "no keychain answers" }),
      }),
    });
    await user.click(await screen.findByRole("button", { name: "Use a passphrase" }));
    await user.type(screen.getByLabelText("Passphrase"), "long enough");
    await user.type(screen.getByLabelText("Repeat passphrase"), "long enouhg");
    await user.click(screen.getByRole("button", { name: "Set passphrase" }));
    expect(await screen.findByText("Passphrases don't match")).toBeVisible();
    expect(screen.getByLabelText("Repeat passphrase")).toHaveFocus();
    expect(host.lastCall("choosePassphrase")).toBeUndefined();
    await user.clear(screen.getByLabelText("Repeat passphrase"));
    await user.type(screen.getByLabelText("Repeat passphrase"), "long enough{Enter}");
    await waitFor(() => expect(host.lastCall("choosePassphrase")).toEqual({ passphrase: "long enough" }));
  });

  it("offers_no_new_key_when_the_old_one_is_lost", async () => {
    renderApp("/credentials", {
      vault: vault({
        state: "unavailable",
        problem: problem({
          code: "vault.key_lost",
          message: "the key is gone from the keychain",
          hint: "Bring the keychain back.",
        }),
      }),
    });
    expect(await screen.findByText("Bring the keychain back.")).toBeVisible();
    expect(screen.queryByRole("button", { name: /passphrase/ })).toBeNull();
  });
});

it("leads_from_no_platform_credentials_to_an_account", async () => {
  const { user } = renderApp("/credentials");
  await user.click(await screen.findByRole("radio", { name: /platforms/i }));
  expect(await screen.findByText("No platform credentials")).toBeVisible();
  await user.click(within(screen.getByRole("main")).getByRole("button", { name: "Add account" }));
  expect(await screen.findByRole("dialog", { name: "Add account" })).toBeVisible();
});
