import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";
import { problem, vault } from "@/test/samples";

const begins = { name: "Reset vault…" };

async function opens(state: ReturnType<typeof vault>) {
  const view = renderApp("/settings", { vault: state });
  const section = await screen.findByRole("region", { name: "Vault" });
  await within(section).findByText("Protected by");
  return { ...view, section };
}

describe("beginning the vault anew", () => {
  it("is_done_at_the_users_word_when_the_key_is_lost", async () => {
    const lost = problem({
      code: "vault.key_lost",
      message: "the key of the secrets is not in the keychain any more",
      hint: null,
    });
    const { user, host, section } = await opens(vault({ state: "unavailable", problem: lost }));
    await user.click(within(section).getByRole("button", begins));
    const asked = screen.getByRole("alertdialog", { name: "Reset the vault?" });
    expect(asked).toHaveTextContent("You'll enter every account key and connector credential again");
    expect(host.lastCall("setVaultAside")).toBeUndefined();
    await user.click(within(asked).getByRole("button", { name: "Reset vault" }));
    await waitFor(() => expect(host.lastCall("setVaultAside")).toEqual({ confirmed: true }));
    expect(await within(section).findByText("Empty")).toBeVisible();
    expect(within(section).queryByRole("button", begins)).toBeNull();
  });

  it("is_offered_where_a_passphrase_may_be_forgotten", async () => {
    const { section } = await opens(vault({ state: "locked", backend: "passphrase" }));
    expect(within(section).getByRole("button", begins)).toBeVisible();
  });

  it("is_not_offered_where_secrets_open_or_may_open_by_themselves", async () => {
    const { section } = await opens(
      vault({
        state: "locked",
        backend: "keychain",
        problem: problem({ code: "vault.locked", message: "the keychain is locked", hint: null }),
      }),
    );
    expect(within(section).queryByRole("button", begins)).toBeNull();
  });
});

it("a_passphrase_is_offered_where_no_keychain_answers_as_on_the_page_of_credentials", async () => {
  const { section } = await opens(
    vault({
      backend: null,
      state: "unavailable",
      problem: problem({ code: "vault.no_keychain", message: "no keychain answers" }),
    }),
  );
  expect(within(section).getByRole("button", { name: "Use a passphrase" })).toBeVisible();
});

it.each([
  ["keychain", "vault.no_keychain"],
  [null, "vault.damaged"],
] as const)("no_passphrase_is_offered_that_could_not_be_set: %s, %s", async (backend, code) => {
  const { section } = await opens(
    vault({ backend, state: "unavailable", problem: problem({ code, message: "it can't be read" }) }),
  );
  expect(within(section).queryByRole("button", { name: "Use a passphrase" })).toBeNull();
});

it("an_error_goes_once_something_else_works", async () => {
  const { user, host, section } = await opens(vault({ backend: "passphrase", state: "ready" }));
  host.fail("useKeychain", { code: "vault.no_keychain", message: "no keychain answers" });
  await user.click(within(section).getByRole("button", { name: "Use keychain instead" }));
  expect(await within(section).findByText("No keychain answers")).toBeVisible();
  await user.click(within(section).getByRole("button", { name: "Change passphrase" }));
  await user.type(within(section).getByLabelText("Passphrase"), "long enough");
  await user.type(within(section).getByLabelText("Repeat passphrase"), "long enough{Enter}");
  await waitFor(() => expect(within(section).queryByText("No keychain answers")).toBeNull());
});

describe("secrets that are older than those saved last", () => {
  const older = vault({
    state: "unavailable",
    problem: problem({
      code: "vault.rolled_back",
      message: "the secrets are older than those that were saved last",
      hint: null,
    }),
  });

  it("are_used_at_the_users_word_alone", async () => {
    const { user, host, section } = await opens(older);
    await user.click(within(section).getByRole("button", { name: "Use the older vault file…" }));
    const asked = screen.getByRole("alertdialog", { name: "Use the older vault file?" });
    expect(asked).toHaveTextContent("Credentials saved since then are missing");
    expect(host.lastCall("acceptOlderSecrets")).toBeUndefined();
    await user.click(within(asked).getByRole("button", { name: "Use older file" }));
    await waitFor(() => expect(host.lastCall("acceptOlderSecrets")).toEqual({ confirmed: true }));
    expect(await within(section).findByText("Unlocked")).toBeVisible();
  });

  it("may_be_put_aside_instead", async () => {
    const { section } = await opens(older);
    expect(within(section).getByRole("button", begins)).toBeVisible();
  });
});

it("a_passphrase_that_was_not_accepted_is_not_told_of_after_cancelling", async () => {
  const { user, section } = await opens(vault({ state: "locked", backend: "passphrase" }));
  await user.click(within(section).getByRole("button", { name: "Unlock" }));
  await user.type(within(section).getByLabelText("Passphrase"), "wrong{Enter}");
  expect(await within(section).findByText("Wrong passphrase")).toBeVisible();
  await user.click(within(section).getByRole("button", { name: "Cancel" }));
  expect(within(section).queryByText("Wrong passphrase")).toBeNull();
  await waitFor(() => expect(document.body).not.toHaveFocus());
});

it("the_passphrase_is_not_asked_for_once_the_vault_is_unlocked_elsewhere", async () => {
  const { user, host, section } = await opens(vault({ state: "locked", backend: "passphrase" }));
  await user.click(within(section).getByRole("button", { name: "Unlock" }));
  await act(() => host.emit({ kind: "vault_changed", status: vault({ state: "ready", backend: "passphrase" }) }));
  await waitFor(() => expect(within(section).queryByLabelText("Passphrase")).toBeNull());
  expect(within(section).getByRole("button", { name: "Change passphrase" })).toBeVisible();
});
