import { type QueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { setAccountProblem } from "@/host/accountSync";
import { commands, type RotationTarget } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { upsertConnector } from "@/host/upsert";
import { type UserCheck, userKey } from "./userCheck";

/** Checks all users of a secret that has just changed. */
export function useUserChecks() {
  const [checks, setChecks] = useState<ReadonlyMap<string, UserCheck>>(new Map());
  const run = (client: QueryClient, targets: RotationTarget[]) => {
    for (const [key, user] of usersOf(targets)) {
      const note = (check: UserCheck) => setChecks((before) => new Map(before).set(key, check));
      note({ state: "checking" });
      void checkUser(client, user).then(note);
    }
  };
  return { checks, run, forget: () => setChecks(new Map()) };
}

/** Connectors and accounts without a failed target, each once. */
function usersOf(targets: RotationTarget[]): Map<string, RotationTarget> {
  const failed = new Set(targets.filter((target) => target.problem !== null).map(userKey));
  return new Map(targets.map((target) => [userKey(target), target] as const).filter(([key]) => !failed.has(key)));
}

async function checkUser(client: QueryClient, { connector, accountId }: RotationTarget): Promise<UserCheck> {
  try {
    if (connector) {
      const check = await call(commands.checkConnector(connector));
      upsertConnector(client, check.connector);
      const failed = check.steps.find((one) => one.problem !== null);
      return failed?.problem ? { state: "failed", problem: failed.problem } : { state: "works" };
    }
    if (accountId) {
      await call(commands.testAccount(accountId));
      setAccountProblem(client, accountId, null);
    }
    return { state: "works" };
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (accountId) setAccountProblem(client, accountId, problem);
    return { state: "failed", problem };
  }
}
