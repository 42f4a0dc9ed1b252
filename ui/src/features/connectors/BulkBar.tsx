import { useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { Button } from "@/components/Button";
import { useShortcut } from "@/components/shortcuts";
import { grouped } from "@/lib/words";
import styles from "./Connectors.module.css";
import { DeleteSelectedDialog } from "./DeleteSelectedDialog";
import { type Selection } from "./useSelection";

/** The list gets the focus of a bar that goes with the selection. */
const passFocusToList = (bar: HTMLElement | null) => () => {
  if (bar?.contains(document.activeElement)) bar.parentElement?.querySelector<HTMLElement>("[role=grid]")?.focus();
};

/** The actions on all selected connectors, in place of the column heads. */
export function BulkBar({ selection }: { selection: Selection }) {
  const { connectors, outcomes, signIns } = selection;
  const [confirmsDeletion, setConfirmsDeletion] = useState(false);
  const failed = connectors.filter((one) => outcomes.get(one.id)?.state === "failed").length;
  const busy = selection.running || signIns > 0;
  const permanent = connectors.filter((one) => abilitiesOf(one).deletesForGood);
  const remove = () => (permanent.length > 0 ? setConfirmsDeletion(true) : selection.remove());
  const unlessBusy = (run: () => void) => () => {
    if (!busy) run();
  };
  useShortcut({ keys: "connectors.check", label: "Check selected", run: unlessBusy(selection.check) });
  useShortcut({ keys: "connectors.connect", label: "Connect selected", run: unlessBusy(selection.connect) });
  useShortcut({ keys: "connectors.turnOn", run: unlessBusy(() => selection.setEnabled(true)) });
  useShortcut({ keys: "connectors.turnOff", run: unlessBusy(() => selection.setEnabled(false)) });
  useShortcut({ keys: "list.delete", label: "Delete selected", run: unlessBusy(remove) });
  useShortcut({ keys: "Escape", label: "Clear selection", inBar: true, run: selection.clear });
  return (
    <div ref={passFocusToList} className={styles.bulk} role="group" aria-label="Selected connectors">
      <span className="medium" role="status">
        {grouped(connectors.length)} selected{failed > 0 && !busy ? `, ${grouped(failed)} failed` : ""}
      </span>
      <span className="grow" />
      {signIns > 0 && (
        <Button small look="quiet" onPress={selection.stop}>
          Stop ({grouped(signIns)} left to sign in)
        </Button>
      )}
      <Button small keys="connectors.check" isPending={busy} onPress={selection.check}>
        Check
      </Button>
      <Button small keys="connectors.connect" isPending={busy} onPress={selection.connect}>
        Connect
      </Button>
      <Button small keys="connectors.turnOn" isPending={busy} onPress={() => selection.setEnabled(true)}>
        Turn on
      </Button>
      <Button small keys="connectors.turnOff" isPending={busy} onPress={() => selection.setEnabled(false)}>
        Turn off
      </Button>
      <Button small icon="trash-2" keys="list.delete" isPending={busy} onPress={remove}>
        Delete
      </Button>
      <Button small look="quiet" icon="x" label="Clear selection" onPress={selection.clear} />
      {confirmsDeletion && (
        <DeleteSelectedDialog
          restorable={connectors.length - permanent.length}
          permanent={permanent}
          onClose={() => setConfirmsDeletion(false)}
          onDelete={() => {
            setConfirmsDeletion(false);
            selection.remove();
          }}
        />
      )}
    </div>
  );
}
