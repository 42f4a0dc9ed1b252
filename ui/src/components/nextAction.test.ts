import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { type Authentication, type AuthenticationMethod, type Platform, type Status } from "@/host/bindings";
import { connector, hostedConnector } from "@/test/samples";
import { type NextAction, runAction, isSignInAction, nextActionLabels, nextActionOf } from "./nextAction";

type Case = {
  platform: Platform;
  status: Status;
  authentication: Authentication;
  authenticationMethods: AuthenticationMethod[];
  action: NextAction | null;
};

const file = "../src-tauri/crates/patchbay-ops/src/next_action_cases.json";
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

function hosted(status: Status, ...authenticationMethods: AuthenticationMethod[]) {
  const one = hostedConnector();
  return { ...one, authenticationMethods, status: { ...one.status, status } };
}

describe("the step that helps a connector on", () => {
  it.each(cases)("is_that_of_the_host: $platform $status $action", ({ platform, status, action, ...signIn }) => {
    const one = connector();
    const shown = { ...one, ...signIn, identity: { ...one.identity, platform }, status: { ...one.status, status } };
    expect(nextActionOf(shown)).toBe(action);
  });

  it("is_a_consent_where_there_is_one", () => {
    expect(nextActionOf(hosted("needs_authorization", "bearer", "oauth"))).toBe("sign_in");
    expect(nextActionOf(hosted("disconnected", "oauth"))).toBe("connect");
    expect(["sign_in", "connect", "show"].every((one) => isSignInAction(one as "show"))).toBe(true);
  });

  it("leads_to_the_credentials_where_its_platform_keeps_its_key", () => {
    const handlers = { onSignIn: vi.fn(), onOpen: vi.fn(), onTurnOn: vi.fn(), onCheck: vi.fn() };
    for (const status of ["needs_authorization", "disconnected"] as const) {
      const one = hosted(status, "bearer");
      expect(nextActionOf(one)).toBe("enter_key");
      runAction("enter_key", one, handlers);
      expect(handlers.onOpen).toHaveBeenLastCalledWith(one.id, "credentials");
    }
    expect(nextActionLabels.enter_key).toBe("Enter key");
    expect(handlers.onCheck).not.toHaveBeenCalled();
  });

  it("leads_to_the_settings_where_the_key_is_one_of_them", () => {
    const local = connector({
      authentication: { kind: "bearer", entry: "wal_1" },
      status: { ...connector().status, status: "needs_authorization" },
    });
    for (const one of [local, hosted("needs_authorization")]) {
      const onOpen = vi.fn();
      const step = nextActionOf(one);
      expect(step).toBe("new_secret");
      if (step) runAction(step, one, { onSignIn: vi.fn(), onOpen, onTurnOn: vi.fn(), onCheck: vi.fn() });
      expect(onOpen).toHaveBeenCalledWith(one.id, "settings");
    }
  });
});
