import { memo } from "react";
import { classes } from "@/lib/classes";
import styles from "./VirtualList.module.css";
import { type ListProps } from "./VirtualList";

type Props<T> = Pick<ListProps<T>, "nameOf" | "renderRow" | "columns" | "columnsClass" | "onSelect" | "onOpen"> & {
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
