import { type KeyboardEvent, type PointerEvent } from "react";
import styles from "./Splitter.module.css";

type Props = {
  label: string;
  /** Width of the pane before it, in percent. */
  value: number;
  min: number;
  max: number;
  usual: number;
  /** `isOver` is false while dragging. */
  onChange: (value: number, isOver: boolean) => void;
};

/** Step of an arrow key, in percent. */
const step = 2;

/**
 * The line between two panes. Drag it, move it with arrow keys, or reset it with a double click. The panes are measured
 * within the closest `data-split` element.
 */
export function Splitter({ label, value, min, max, usual, onChange }: Props) {
  const set = (next: number, isOver: boolean) => onChange(Math.round(Math.min(max, Math.max(min, next))), isOver);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = widths(event.currentTarget);
    // Starts from the actual width, because panes have a minimum.
    const actual = row && row.width > 0 ? (100 * row.pane) / row.width : value;
    const next = { ArrowLeft: actual - step, ArrowRight: actual + step, Home: min, End: max }[event.key];
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
    // A movable separator is a control.
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

/** The left edge and width of the first pane, and the width of both. */
function widths(line: Element): { left: number; pane: number; width: number } | null {
  const row = line.closest("[data-split]")?.getBoundingClientRect();
  const pane = line.parentElement?.firstElementChild?.getBoundingClientRect();
  return row && pane ? { left: pane.left, pane: pane.width, width: row.right - pane.left } : null;
}
