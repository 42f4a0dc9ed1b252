import { ConfirmDialog } from "@/components/ConfirmDialog";
import { PlatformTile } from "@/components/PlatformTile";
import { type Connector } from "@/host/bindings";
import { count } from "@/lib/words";
import styles from "./Connectors.module.css";

type Props = { permanent: Connector[]; restorable: number; onClose: () => void; onDelete: () => void };

/** Asks before several connectors are deleted, and lists those that can't be restored. */
export function DeleteSelectedDialog({ permanent, restorable, onClose, onDelete }: Props) {
  const all = count(permanent.length + restorable, "connector");
  return (
    <ConfirmDialog title={`Delete ${all}?`} confirmLabel={`Delete ${all}`} onConfirm={onDelete} onClose={onClose}>
      <p>Deleted from their platforms for everyone (can't be undone):</p>
      <ul className={styles.named}>
        {permanent.map(({ id, title, identity }) => (
          <li key={id}>
            <PlatformTile platform={identity.platform} />
            <span className="medium">{title}</span>
            <span className="text2">on {identity.account}</span>
          </li>
        ))}
      </ul>
      {restorable > 0 && (
        <p className="text2">
          {count(restorable, "connector")} on this computer can be restored with Undo. Past runs stay in your history.
        </p>
      )}
    </ConfirmDialog>
  );
}
