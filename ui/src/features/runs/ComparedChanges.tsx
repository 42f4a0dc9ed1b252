import { type RunComparison, type RunDifference, type RunPart } from "@/host/bindings";
import { Button } from "@/components/Button";
import { passFocusBeside } from "@/components/keepFocus";
import { count } from "@/lib/words";
import styles from "./Compare.module.css";
import { generalPath, partNames, pointerLabel, sameWords, valueWords } from "./compareWords";

type Props = { comparison: RunComparison; onIgnore: (path: string) => void };

const parts = Object.keys(partNames) as RunPart[];

/** The differences between two runs, value by value. */
export function ComparedChanges({ comparison, onIgnore }: Props) {
  return (
    // Focusable, so that the keyboard can scroll it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.changes} role="region" aria-label="Changes" tabIndex={0}>
      {parts.map((part) => (
        <Part
          key={part}
          part={part}
          same={sameWords(comparison, part)}
          differences={comparison.differences.filter((one) => one.part === part)}
          onIgnore={onIgnore}
        />
      ))}
      {comparison.more > 0 && <p className={styles.fold}>{`${count(comparison.more, "change")} more`}</p>}
    </div>
  );
}

type PartProps = Pick<Props, "onIgnore"> & { part: RunPart; same: string; differences: RunDifference[] };

function Part({ part, same, differences, onIgnore }: PartProps) {
  return (
    <section aria-label={partNames[part]}>
      <h3 className={styles.head}>
        {partNames[part]}
        {differences.length === 0 && <span className="text3">{same}</span>}
      </h3>
      <ul>
        {differences.map((difference) => (
          <li key={difference.pointer + difference.change} ref={passFocusBeside} className={styles.change}>
            <span className={styles.place} data-selectable>
              {pointerLabel(difference)}
            </span>
            <Button
              small
              look="quiet"
              icon="eye-off"
              label={`Ignore ${pointerLabel(difference)}`}
              onPress={() => onIgnore(generalPath(difference.pointer))}
            />
            <Values difference={difference} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Values({ difference }: { difference: RunDifference }) {
  return (
    <span className={styles.values} data-selectable>
      {difference.change !== "added" && (
        <span className={styles.value} data-sign="-">
          <span aria-hidden="true">−</span>
          <span className="unseen">before </span>
          {valueWords(difference, difference.before)}
        </span>
      )}
      {difference.change !== "removed" && (
        <span className={styles.value} data-sign="+">
          <span aria-hidden="true">+</span>
          <span className="unseen">after </span>
          {valueWords(difference, difference.after)}
        </span>
      )}
    </span>
  );
}
