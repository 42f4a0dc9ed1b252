import { useQuery } from "@tanstack/react-query";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { type WalletEntry } from "@/host/bindings";
import { queries } from "@/host/queries";
import { midSentence } from "@/lib/words";
import { TargetList } from "./TargetList";
import { isPushed } from "./targetWords";
import { unknownUse } from "./useSecretUsage";
import { useWalletActions } from "./useWalletActions";
import { entryKind } from "./walletWords";

type Props = { entry: WalletEntry; onClose: () => void; onRemoved: () => void };

export function RemoveEntryDialog({ entry, onClose, onRemoved }: Props) {
  const { remove } = useWalletActions();
  const { data: rotation, error } = useQuery(queries.rotation(entry.id));
  const targets = rotation?.targets ?? [];
  const stops = targets.filter((target) => !isPushed(target));
  const stays = targets.filter(isPushed);
  const used = entry.usedBy.length > 0 || targets.length > 0;
  return (
    <ConfirmDialog
      title={`Delete ${entry.name}?`}
      subtitle={`Saved ${midSentence(entryKind(entry))}. You can't undo this.`}
      confirmLabel={used || error ? "Delete anyway" : "Delete credential"}
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(entry, { onSuccess: onRemoved })}
      onClose={onClose}
    >
      {stops.length > 0 && (
        <>
          <p>These stop working:</p>
          <TargetList label="Stops working" targets={stops} />
        </>
      )}
      {stays.length > 0 && (
        <>
          <p>These platforms keep their copy; you can no longer rotate it from here:</p>
          <TargetList label="Keeps a copy" targets={stays} />
        </>
      )}
      {stops.length === 0 &&
        stays.length === 0 &&
        (used ? (
          <p>
            {entry.usedBy.map((user) => user.title).join(", ")} {entry.usedBy.length === 1 ? "stops" : "stop"} working
            until you set another credential.
          </p>
        ) : (
          <p>{error ? unknownUse : "Not used."}</p>
        ))}
    </ConfirmDialog>
  );
}
