import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { axeViolations } from "@/test/axe";
import { renderApp } from "@/test/renderApp";
import { manyEntries, problem, vault } from "@/test/samples";

describe("the wallet", () => {
  it("names_who_uses_what_and_until_when", async () => {
    const { container } = renderApp("/credentials", { wallet: manyEntries() });
    expect(await screen.findByRole("row", { name: "Northlight ops, Sign-in, used by 1 connector, expires refused" })).toBeVisible();
    expect(await axeViolations(container)).toEqual([]);
  });

  it("saves_a_token_and_never_shows_it_again", async () => {
    const { user, host } = renderApp("/credentials");
    await screen.findByText("Nothing saved yet");
    await user.keyboard("n");
    await user.type(await screen.findByRole("textbox", { name: /^Name/ }), "Deploy key");
    await user.type(screen.getByLabelText("Token"), "s3cret");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("row", { name: /^Deploy key, Token/ })).toBeVisible();
    expect(host.lastCall("addWalletEntry")).toEqual({ request: { name: "Deploy key", secret: { kind: "bearer", token: "s3cret" } } });
    expect(document.body.innerHTML).not.toContain("s3cret");
  });

  it("replaces_headers_and_keeps_those_left_empty", async () => {
    const { user, host } = renderApp("/credentials", { wallet: manyEntries() });
    await user.click(await screen.findByRole("row", { name: /^Zendesk service key/ }));
    await user.type(await screen.findByLabelText("Value"), "new");
    await user.click(screen.getByRole("button", { name: "Replace" }));
    await waitFor(() => expect(host.lastCall("replaceWalletSecret")).toEqual({ entry: "wal_headers", secret: { kind: "headers", values: { "X-Api-Key": "new", "X-Tenant": "" } } }));
  });

  it("says_what_would_break_before_it_deletes", async () => {
    const { user, host } = renderApp("/credentials", { wallet: manyEntries() });
    await screen.findByRole("row", { name: /^analytics/ });
    await user.keyboard("{Backspace}");
    const dialog = await screen.findByRole("alertdialog", { name: "Delete analytics read-only?" });
    expect(within(dialog).getByText("Postgres analytics")).toBeVisible();
    expect(within(dialog).getByRole("button", { name: "Keep it" })).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Delete anyway" }));
    await waitFor(() => expect(screen.queryByRole("row", { name: /^analytics/ })).toBeNull());
    expect(host.lastCall("removeWalletEntry")).toEqual({ entry: "wal_analytics", confirmed: true });
  });
});

describe("the vault", () => {
  it("is_unlocked_by_the_right_passphrase_only", async () => {
    const { user } = renderApp("/credentials", { wallet: manyEntries(), vault: vault({ backend: "passphrase", state: "locked" }) });
    const field = await screen.findByLabelText("Passphrase");
    await user.type(field, "wrong{Enter}");
    expect(await screen.findByText("The passphrase is not the right one")).toBeVisible();
    await user.clear(field);
    await user.type(field, "correct horse{Enter}");
    await waitFor(() => expect(screen.queryByText("The vault is locked")).toBeNull());
  });

  it("takes_a_new_passphrase_twice_where_no_keychain_answers", async () => {
    const { user, host } = renderApp("/credentials", { vault: vault({ backend: null, state: "unavailable", problem: problem({ code: "vault.no_keychain", message: "no keychain answers" }) }) });
    await user.click(await screen.findByRole("button", { name: "Choose a passphrase instead" }));
    await user.type(screen.getByLabelText("Passphrase"), "long enough");
    await user.type(screen.getByLabelText("Passphrase once more"), "long enouhg{Enter}");
    expect(await screen.findByText("This is not the same as above")).toBeVisible();
    expect(host.lastCall("choosePassphrase")).toBeUndefined();
    await user.clear(screen.getByLabelText("Passphrase once more"));
    await user.type(screen.getByLabelText("Passphrase once more"), "long enough{Enter}");
    await waitFor(() => expect(host.lastCall("choosePassphrase")).toEqual({ passphrase: "long enough" }));
  });

  it("offers_no_new_key_when_the_old_one_is_lost", async () => {
    renderApp("/credentials", { vault: vault({ state: "unavailable", problem: problem({ code: "vault.key_lost", message: "the key is gone from the keychain", hint: "Bring the keychain back." }) }) });
    expect(await screen.findByText("Bring the keychain back.")).toBeVisible();
    expect(screen.queryByRole("button", { name: /passphrase/ })).toBeNull();
  });
});
