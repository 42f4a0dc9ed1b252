import { type KeyboardEvent, type PointerEvent } from "react";
import styles from "./Splitter.module.css";

type Props = {
  label: string;
  /** How much of the width the pane before it has, in percent. */
  value: number;
  min: number;
  max: number;
  usual: number;
  /** `isOver` tells that nobody drags any longer. */
  onChange: (value: number, isOver: boolean) => void;
};

/** How far an arrow key goes, in percent. */
const step = 2;

/**
 * The line between two panes: dragged, or moved by arrow keys; a double click resets it. Both panes end where the
 * element with `data-split` does.
 */
export function Splitter({ label, value, min, max, usual, onChange }: Props) {
  const set = (next: number, isOver: boolean) => onChange(Math.round(Math.min(max, Math.max(min, next))), isOver);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = widths(event.currentTarget);
    // From where it is seen: a pane has a least width.
    const seen = row && row.width > 0 ? (100 * row.pane) / row.width : value;
    const next = { ArrowLeft: seen - step, ArrowRight: seen + step, Home: min, End: max }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    set(next, true);
  };
  const drag = (event: PointerEvent<HTMLElement>, isOver: boolean) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const row = widths(event.currentTarget);
    if (row) set((100 * (event.clientX - row.left)) / row.width, isOver);
  };
  return (
    // A separator that can be moved is a control.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className={styles.splitter}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => drag(event, false)}
      onPointerUp={(event) => drag(event, true)}
      onDoubleClick={() => set(usual, true)}
    />
  );
}

/** Where the pane before the line begins, how wide it is, and how wide both are. */
function widths(line: Element): { left: number; pane: number; width: number } | null {
  const row = line.closest("[data-split]")?.getBoundingClientRect();
  const pane = line.parentElement?.firstElementChild?.getBoundingClientRect();
  return row && pane ? { left: pane.left, pane: pane.width, width: row.right - pane.left } : null;
}
