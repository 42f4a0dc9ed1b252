import { memo, type ReactNode } from "react";
import { classes } from "@/lib/classes";
import styles from "./VirtualList.module.css";

type Props<T> = {
  row: T;
  rowKey: string;
  id: string;
  /** 0-based. */
  index: number;
  /** Height, and distance from the top of the list, in pixels. */
  size: number;
  start: number;
  isSelected: boolean;
  /** The value of `aria-selected`. */
  isChosen: boolean;
  nameOf: (row: T) => string;
  renderRow: (row: T, selected: boolean) => ReactNode;
  columns: string | undefined;
  columnsClass: string | undefined;
  onSelect: (key: string) => void;
  onOpen: (row: T) => void;
};

function Row<T>({
  row,
  rowKey,
  id,
  index,
  size,
  start,
  isSelected,
  isChosen,
  nameOf,
  renderRow,
  columns,
  columnsClass,
  onSelect,
  onOpen,
}: Props<T>) {
  return (
    // The grid has the focus and handles keys; rows only handle the pointer.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isChosen}
      data-current={isSelected || undefined}
      aria-label={nameOf(row)}
      className={styles.row}
      style={{ height: size, transform: `translateY(${start}px)` }}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest("button, a, input")) return;
        onSelect(rowKey);
        onOpen(row);
      }}
    >
      <div
        role="gridcell"
        className={classes(styles.cells, columnsClass)}
        style={columns ? { gridTemplateColumns: columns } : undefined}
      >
        {renderRow(row, isSelected)}
      </div>
    </div>
  );
}

/** A row of a `VirtualList`, memoized: scrolling renders only new rows. */
export const VirtualRow = memo(Row) as typeof Row;
