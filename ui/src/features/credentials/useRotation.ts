import { type QueryClient, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { commands, type Rotation, type RotationTarget, type WalletEntry, type WalletSecret } from "@/host/bindings";
import { call } from "@/host/call";
import { newChannel } from "@/host/channel";
import { invalidate, keys, queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { targetKey } from "./targetWords";
import { useUserChecks } from "./useUserChecks";

/** The targets of an entry, and the steps of its rotation. */
export function useRotation({ id, name }: WalletEntry) {
  const plan = useQuery(queries.rotation(id));
  const rolledBack = `Rotation of ${name} rolled back`;
  /** Results of the last step, by target. */
  const [results, setResults] = useState<ReadonlyMap<string, RotationTarget>>(new Map());
  const { checks, run: checkUsers, forget } = useUserChecks();
  const update = (client: QueryClient, rotation: Rotation) => {
    client.setQueryData(queries.rotation(id).queryKey, rotation);
    // Only the list: this rotation's plan is the response.
    void client.invalidateQueries({ queryKey: keys.wallet, exact: true });
  };
  const updateAndCheck = (client: QueryClient, rotation: Rotation) => {
    update(client, rotation);
    checkUsers(client, rotation.targets);
  };
  const step = (take: (each: ReturnType<typeof newChannel<RotationTarget>>) => Promise<Rotation>) => {
    setResults(new Map());
    forget();
    return take(newChannel((target) => setResults((before) => new Map(before).set(targetKey(target), target))));
  };
  const rotate = useCommand({
    mutationFn: (secret: WalletSecret) => step((each) => call(commands.rotateWalletEntry(id, secret, each))),
    update: updateAndCheck,
    unseenFailure: () => `${name} not rotated`,
    // The wallet may already have the new secret.
    onProblem: (client) => void invalidate(client, keys.wallet),
  });
  const retry = useCommand({
    mutationFn: () => step((each) => call(commands.retryRotation(id, each))),
    update: updateAndCheck,
    unseenFailure: () => `${name} not rotated`,
  });
  const rollBack = useCommand({
    mutationFn: () => step((each) => call(commands.rollBackRotation(id, each))),
    update: updateAndCheck,
    toast: ({ targets }) => (targets.every((target) => target.problem === null) ? rolledBack : null),
    unseenFailure: () => `Rotation of ${name} not rolled back`,
  });
  const finish = useCommand({
    mutationFn: () => call(commands.finishRotation(id)),
    update,
    unseenFailure: () => `Rotation of ${name} not finished`,
    toast: () => (rollBack.isSuccess || plan.data?.isRolledBack ? rolledBack : `${name} rotated`),
  });
  return { plan, results, checks, rotate, retry, rollBack, finish };
}
