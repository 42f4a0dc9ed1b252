import { describe, expect, it, vi } from "vitest";
import { type NextAction } from "@/host/bindings";
import { connector } from "@/test/samples";
import { isSignInAction, nextActionLabels, runAction } from "./nextAction";

function handlers() {
  return { onSignIn: vi.fn(), onOpen: vi.fn(), onTurnOn: vi.fn(), onCheck: vi.fn() };
}

describe("the step that helps a connector on", () => {
  it("is_a_consent_where_there_is_one", () => {
    for (const action of ["sign_in", "connect", "show"] as const) {
      const [one, taken] = [connector(), handlers()];
      runAction(action, one, taken);
      expect(isSignInAction(action)).toBe(true);
      expect(taken.onSignIn).toHaveBeenCalledWith(one);
      expect(taken.onOpen).not.toHaveBeenCalled();
    }
  });

  it.each([
    ["enter_key", "credentials"],
    ["new_secret", "settings"],
    ["review", "tools"],
  ] satisfies [NextAction, string][])("leads_where_it_is_taken: %s to %s", (action, tab) => {
    const taken = handlers();
    runAction(action, connector(), taken);
    expect(taken.onOpen).toHaveBeenCalledWith("con_github", tab);
    expect(taken.onCheck).not.toHaveBeenCalled();
  });

  it("is_a_key_to_enter_wherever_that_is_kept", () => {
    expect([nextActionLabels.enter_key, nextActionLabels.new_secret]).toEqual(["Enter key", "Enter key"]);
  });
});
