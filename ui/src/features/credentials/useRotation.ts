import { type QueryClient, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { commands, type Rotation, type RotationPlace, type WalletEntryId, type WalletSecret } from "@/host/bindings";
import { call } from "@/host/call";
import { invalidate, keys, queries } from "@/host/queries";
import { rotationNews } from "@/host/rotation";
import { useCommand } from "@/host/useCommand";
import { placeKey } from "./placeWords";

/** Where an entry is used, and the steps of giving all of it a new secret. */
export function useRotation(id: WalletEntryId) {
  const plan = useQuery(queries.rotation(id));
  /** What became of each place in the step that was taken last. */
  const [results, setResults] = useState<ReadonlyMap<string, RotationPlace>>(new Map());
  const update = (client: QueryClient, rotation: Rotation) => {
    client.setQueryData(queries.rotation(id).queryKey, rotation);
    // The list alone: the plan of this rotation is the answer.
    void client.invalidateQueries({ queryKey: keys.wallet, exact: true });
  };
  const step = (take: (each: ReturnType<typeof rotationNews>) => Promise<Rotation>) => {
    setResults(new Map());
    return take(rotationNews((place) => setResults((before) => new Map(before).set(placeKey(place), place))));
  };
  const rotate = useCommand({
    mutationFn: (secret: WalletSecret) => step((each) => call(commands.rotateWalletEntry(id, secret, each))),
    update,
    // The wallet may have the new secret already.
    onProblem: (client) => void invalidate(client, keys.wallet),
  });
  const retry = useCommand({ mutationFn: () => step((each) => call(commands.retryRotation(id, each))), update });
  const rollBack = useCommand({ mutationFn: () => step((each) => call(commands.rollBackRotation(id, each))), update });
  const finish = useCommand({ mutationFn: () => call(commands.finishRotation(id)), update });
  return { plan, results, rotate, retry, rollBack, finish };
}
