import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { commands, type Rotation, type RotationPlace, type WalletEntryId, type WalletSecret } from "@/host/bindings";
import { call } from "@/host/call";
import { queries } from "@/host/queries";
import { rotationNews } from "@/host/rotation";
import { placeKey } from "./placeWords";

/** Where an entry is used, and the steps of giving all of it a new secret. */
export function useRotation(id: WalletEntryId) {
  const client = useQueryClient();
  const plan = useQuery(queries.rotation(id));
  /** What became of each place in the step that was taken last. */
  const [results, setResults] = useState<ReadonlyMap<string, RotationPlace>>(new Map());
  const setRotation = (rotation: Rotation) => {
    client.setQueryData(queries.rotation(id).queryKey, rotation);
    return client.invalidateQueries({ queryKey: queries.wallet().queryKey, exact: true });
  };
  const step = (take: (each: ReturnType<typeof rotationNews>) => Promise<Rotation>) => {
    setResults(new Map());
    return take(rotationNews((place) => setResults((before) => new Map(before).set(placeKey(place), place))));
  };
  const rotate = useMutation({
    mutationFn: (secret: WalletSecret) => step((each) => call(commands.rotateWalletEntry(id, secret, each))),
    onSuccess: setRotation,
    // The wallet may have the new secret already.
    onError: () => client.invalidateQueries({ queryKey: queries.wallet().queryKey }),
  });
  const retry = useMutation({ mutationFn: () => step((each) => call(commands.retryRotation(id, each))), onSuccess: setRotation });
  const rollBack = useMutation({ mutationFn: () => step((each) => call(commands.takeBackRotation(id, each))), onSuccess: setRotation });
  const finish = useMutation({ mutationFn: () => call(commands.finishRotation(id)), onSuccess: setRotation });
  return { plan, results, rotate, retry, rollBack, finish };
}
