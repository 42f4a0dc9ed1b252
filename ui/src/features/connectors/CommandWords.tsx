import { useScrollRegion } from "@/components/useScrollRegion";
import styles from "./AddDialog.module.css";

/** A command word by word, so that spaces within a word cannot be taken for the gap between two. */
export function CommandWords({ words }: { words: string[] }) {
  return (
    <ol {...useScrollRegion<HTMLOListElement>()} className={styles.words} aria-label="Words of the command">
      {words.map((word, at) => (
        <li key={at} className="mono" data-selectable>
          {word || <span className="text3">empty</span>}
        </li>
      ))}
    </ol>
  );
}
