import { memo, type ReactNode } from "react";
import { classes } from "@/lib/classes";
import styles from "./VirtualList.module.css";

/** What a list says of its rows. */
export type RowProps<T> = {
  /** Accessible name of a row, such as "GitHub, Ready, This computer, 42 tools". */
  nameOf: (row: T) => string;
  /** The cells of a row, on the grid of `columns`. */
  renderRow: (row: T, selected: boolean) => ReactNode;
  columns?: string;
  /** A class that sets `grid-template-columns`, for responsive columns. */
  columnsClass?: string;
  onSelect: (key: string) => void;
  onOpen: (row: T) => void;
};

type Props<T> = RowProps<T> & {
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
};

function Row<T>({ row, rowKey, id, index, size, start, isSelected, isChosen, ...list }: Props<T>) {
  return (
    // The grid has the focus and handles keys; rows only handle the pointer.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isChosen}
      data-current={isSelected || undefined}
      aria-label={list.nameOf(row)}
      className={styles.row}
      style={{ height: size, transform: `translateY(${start}px)` }}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest("button, a, input")) return;
        list.onSelect(rowKey);
        list.onOpen(row);
      }}
    >
      <div
        role="gridcell"
        className={classes(styles.cells, list.columnsClass)}
        style={list.columns ? { gridTemplateColumns: list.columns } : undefined}
      >
        {list.renderRow(row, isSelected)}
      </div>
    </div>
  );
}

/** A row of a `VirtualList`, memoized: scrolling renders only new rows. */
export const VirtualRow = memo(Row) as typeof Row;
