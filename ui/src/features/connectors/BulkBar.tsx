import { useState } from "react";
import { Button } from "@/components/Button";
import { isHosted } from "@/components/connectorStatus";
import { useShortcut } from "@/components/shortcuts";
import { count } from "@/lib/words";
import styles from "./Connectors.module.css";
import { DeletePickedDialog } from "./DeletePickedDialog";
import { type Many } from "./useMany";

/** What can be done to all picked connectors at once; stands where the heads of the columns are otherwise. */
export function BulkBar({ many }: { many: Many }) {
  const { of, outcomes, signIns } = many;
  const [asks, setAsks] = useState(false);
  const failed = of.filter((one) => outcomes.get(one.id)?.state === "failed").length;
  const busy = many.running || signIns > 0;
  const remove = () => (of.some(isHosted) ? setAsks(true) : many.remove());
  const when = (run: () => void) => () => {
    if (!busy) run();
  };
  useShortcut({ keys: "D", label: "Check the picked", run: when(many.check) });
  useShortcut({ keys: "C", label: "Connect the picked", run: when(many.connect) });
  useShortcut({ keys: "Shift+E", label: "Turn on the picked", run: when(() => many.turn(true)) });
  useShortcut({ keys: "Shift+D", label: "Turn off the picked", run: when(() => many.turn(false)) });
  useShortcut({ keys: "Backspace", label: "Delete the picked", run: when(remove) });
  useShortcut({ keys: "Escape", label: "Pick none", inBar: true, run: many.clear });
  return (
    <div className={styles.bulk} role="group" aria-label="Picked connectors">
      <span className="medium" role="status">{count(of.length, "connector")} picked{failed > 0 && !busy ? `, ${failed} not done` : ""}</span>
      <span className="grow" />
      {signIns > 0 && <Button small look="quiet" onPress={many.stop}>Stop, {signIns} to sign in</Button>}
      <Button small keys="D" isDisabled={busy} isPending={many.running} onPress={many.check}>Check</Button>
      <Button small keys="C" isDisabled={busy} onPress={many.connect}>Connect</Button>
      <Button small keys="Shift+E" isDisabled={busy} onPress={() => many.turn(true)}>Turn on</Button>
      <Button small keys="Shift+D" isDisabled={busy} onPress={() => many.turn(false)}>Turn off</Button>
      <Button small icon="trash-2" keys="Backspace" isDisabled={busy} onPress={remove}>Delete</Button>
      <Button small look="quiet" icon="x" label="Pick none" onPress={many.clear} />
      {asks && (
        <DeletePickedDialog
          local={of.filter((one) => !isHosted(one))}
          hosted={of.filter(isHosted)}
          onClose={() => setAsks(false)}
          onDelete={() => {
            setAsks(false);
            many.remove();
          }}
        />
      )}
    </div>
  );
}
