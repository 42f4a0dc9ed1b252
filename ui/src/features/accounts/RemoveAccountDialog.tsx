import { useQuery } from "@tanstack/react-query";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { PlatformTile } from "@/components/PlatformTile";
import { type Account } from "@/host/bindings";
import { queries } from "@/host/queries";
import { count } from "@/lib/words";
import { useRemoveAccount } from "./useAccountActions";
import { useRunCount } from "./useRunCount";

type Props = { account: Account; title: string; onClose: () => void; onRemoved: () => void };

/** Asks before an account is removed: what goes with it, and what stays. */
export function RemoveAccountDialog({ account, title, onClose, onRemoved }: Props) {
  const remove = useRemoveAccount();
  const { data: connectors } = useQuery(queries.connectors());
  const own = connectors?.filter((one) => one.account === account.id) ?? [];
  const number = own.length;
  const runs = useRunCount(own.map((one) => one.id));
  const submit = () => remove.mutate(account, { onSuccess: onRemoved });
  return (
    <ConfirmDialog
      title={`Remove ${account.label}?`}
      mark={<PlatformTile platform={account.platform} colour={account.colour} />}
      subtitle={account.baseUrl ?? title}
      confirmLabel="Remove account"
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={submit}
      onClose={onClose}
    >
      <p>
        {number > 0 &&
          `${count(number, "connector")} ${number === 1 ? "is" : "are"} removed from Patchbay, with tags and favorites. `}
        The key is deleted unless it's a saved credential.{" "}
        {runs !== null && runs > 0 && `${count(runs, "run")} ${runs === 1 ? "stays" : "stay"} in your history. `}Nothing
        changes on {title}.
      </p>
    </ConfirmDialog>
  );
}
