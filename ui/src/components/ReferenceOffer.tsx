import { looksLikeReference } from "@/lib/secretReference";
import { Button } from "./Button";
import styles from "./ReferenceOffer.module.css";

type Props = { text: string; onUse: () => void };

/** Offers to use text in a secret field as a reference. Without this button, it is saved as the secret itself. */
export function ReferenceOffer({ text, onUse }: Props) {
  if (!looksLikeReference(text)) return null;
  return (
    <div className={styles.offer} role="status">
      <span className="text2 small">
        This looks like a secret reference, but it would be saved as the secret itself.
      </span>
      <Button small onPress={onUse}>
        Use as reference
      </Button>
    </div>
  );
}
