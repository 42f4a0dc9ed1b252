import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { PlatformTile } from "@/components/PlatformTile";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type Account } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { count } from "@/lib/words";
import { useRemoveAccount } from "./useAccountActions";
import { useRunCount } from "./useRunCount";

type Props = { account: Account; title: string; onClose: () => void; onRemoved: () => void };

/** Asks before an account is taken out, and says what goes with it and what stays. */
export function RemoveAccountDialog({ account, title, onClose, onRemoved }: Props) {
  const remove = useRemoveAccount();
  const { data: connectors } = useQuery(queries.connectors());
  const own = connectors?.filter((one) => one.account === account.id) ?? [];
  const number = own.length;
  const runs = useRunCount(own.map((one) => one.id));
  const submit = () => remove.mutate(account, { onSuccess: onRemoved });
  return (
    <Dialog
      alert
      title={`Remove ${account.label}?`}
      mark={<PlatformTile platform={account.platform} colour={account.colour} />}
      subtitle={account.baseUrl ?? title}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>Keep it</Button>
          <Button look="danger" isPending={remove.isPending} onPress={submit}>Remove {account.label}</Button>
        </>
      }
    >
      <p>
        {number === 0 ? "It has no connectors in the list." : `Its ${count(number, "connector")} ${number === 1 ? "leaves" : "leave"} the list, with ${number === 1 ? "its" : "their"} tags and favourites.`} The saved
        key is deleted from this computer; {runs === null ? "runs stay" : runs === 0 ? "there are no runs of it" : `${count(runs, "run")} ${runs === 1 ? "stays" : "stay"}`} in the history. At {title} everything stays as it is.
      </p>
      {remove.error && <ProblemNotice problem={asProblem(remove.error)} onRetry={submit} />}
    </Dialog>
  );
}
