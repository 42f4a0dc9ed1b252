import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { rem } from "@/lib/layout";
import { useAppearance } from "./AppearanceContext";
import { type MenuPosition } from "./Menu";
import { RowMenu } from "./RowMenu";
import styles from "./VirtualList.module.css";
import { type RowProps, VirtualRow } from "./VirtualRow";

export type Section<T> = {
  key: string;
  /** Header of the group; omitted in a list without groups. */
  head?: ReactNode;
  rows: T[];
};

type ListProps<T> = RowProps<T> & {
  label: string;
  sections: Section<T>[];
  keyOf: (row: T) => string;
  selected: string | null;
  /** The selected rows of a multiselectable list. */
  marked?: ReadonlySet<string>;
  /** Called when Shift and an arrow extend the selection. */
  onExtend?: (from: string | null, to: string) => void;
  /** Row height in rem; two lines by default. */
  rowHeight?: [comfortable: number, compact: number];
  /** Whether rows have a context menu: by the pointer, the menu key or Shift+F10. */
  hasMenu?: boolean;
  /** Label of the menu's first action; "Open" by default. */
  openLabel?: (row: T) => string;
  autoFocus?: boolean;
};

type RowItem<T> = { kind: "row"; key: string; row: T; index: number };
type Item<T> = { kind: "head"; key: string; head: ReactNode } | RowItem<T>;

/**
 * A virtualized list with one tab stop. Arrows, J, K, Home, End and page keys move the selection; Enter opens. Buttons
 * within a row handle the pointer themselves.
 */
export function VirtualList<T>({
  label,
  sections,
  keyOf,
  selected,
  marked,
  onExtend,
  rowHeight: [comfortable, compact] = [2.875, 2],
  hasMenu,
  openLabel,
  autoFocus,
  ...rowProps
}: ListProps<T>) {
  const { nameOf, onSelect, onOpen } = rowProps;
  const [menuAt, setMenuAt] = useState<MenuPosition | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const { items, rows } = useMemo(() => flatten(sections, keyOf), [sections, keyOf]);

  const appearance = useAppearance();
  const rowSize = rem(appearance.compact ? compact : comfortable);
  const headSize = rem(appearance.compact ? 1.625 : 1.875);
  // Stable, because the virtualizer measures all rows again when these change.
  const estimateSize = useCallback(
    (index: number) => (items[index]?.kind === "head" ? headSize : rowSize),
    [items, headSize, rowSize],
  );
  const position = selected === null ? -1 : rows.findIndex((item) => item.key === selected);
  const lastPosition = useRef(position);
  useEffect(() => {
    if (position >= 0) lastPosition.current = position;
  }, [position]);
  const current = rows[position];
  const currentItem = current ? items.indexOf(current) : -1;
  // The selected row stays while it is out of sight, because the focus may be in it and the list refers to it.
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      if (currentItem < 0 || currentItem >= range.count || indexes.includes(currentItem)) return indexes;
      return [...indexes, currentItem].sort((left, right) => left - right);
    },
    [currentItem],
  );
  const getItemKey = useCallback((index: number) => items[index]?.key ?? index, [items]);
  // The React compiler skips components with a virtualizer, which is what it needs.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey,
    rangeExtractor,
    overscan: 6,
    // An estimate until the actual size is known.
    initialRect: { width: innerWidth, height: Math.max(400, innerHeight - 200) },
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowSize, headSize]);
  const shownItems = useRef(items);
  useLayoutEffect(() => {
    const before = shownItems.current;
    shownItems.current = items;
    const list = scroller.current;
    if (!list || before === items || list.scrollTop <= 0) return;
    const sizeOf = ({ kind }: Item<T>) => (kind === "head" ? headSize : rowSize);
    const shift = shiftOf(before, items, list.scrollTop, sizeOf);
    if (shift !== 0) list.scrollTop += shift;
  }, [items, headSize, rowSize]);

  const moveTo = useCallback(
    (next: number) => {
      const row = rows[Math.max(0, Math.min(rows.length - 1, next))];
      if (!row) return;
      onSelect(row.key);
      virtualizer.scrollToIndex(items.indexOf(row), { align: "auto" });
    },
    [rows, items, onSelect, virtualizer],
  );

  useEffect(() => {
    // A list that reappears while the user types into the page's filter leaves the focus there.
    const isInPage = scroller.current?.closest("main")?.contains(document.activeElement);
    if (autoFocus && !isInPage) scroller.current?.focus({ preventScroll: true });
  }, [autoFocus]);

  useEffect(() => {
    const index = items.findIndex((item) => item.kind === "row" && item.key === selected);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: "auto" });
    // Only on mount, to show the selected row after coming back; later the keys scroll.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const rowId = (index: number) => `${base}-${index}`;
  /** Opens the menu below the current row. */
  const openMenu = () => {
    const row = document.getElementById(rowId(position))?.getBoundingClientRect();
    if (row) setMenuAt({ x: row.left + rem(1), y: row.bottom });
  };
  const onContextMenu = (event: MouseEvent) => {
    if (!hasMenu || !(event.target instanceof Element)) return;
    const id = event.target.closest("[role=row]")?.id;
    const row = rows.find(({ index }) => rowId(index) === id);
    if (row) {
      onSelect(row.key);
      setMenuAt({ x: event.clientX, y: event.clientY });
    } else if (event.target === scroller.current) openMenu();
    else return;
    event.preventDefault();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowSize) - 1);
    // From where the selected row was, if it is gone: the one after it is there now.
    const isGone = position < 0 && selected !== null;
    const below = isGone ? lastPosition.current : position + 1;
    const above = (isGone ? lastPosition.current : position) - 1;
    const moves: Record<string, number> = {
      ArrowDown: below,
      j: below,
      ArrowUp: above,
      k: above,
      Home: 0,
      End: rows.length - 1,
      PageDown: below - 1 + page,
      PageUp: above + 1 - page,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      const row = rows[Math.max(0, Math.min(rows.length - 1, next))];
      if (event.shiftKey && event.key.startsWith("Arrow") && row) onExtend?.(selected, row.key);
      moveTo(next);
      return;
    }
    if (event.key === "Enter" && current) {
      event.preventDefault();
      onOpen(current.row);
    }
    if (hasMenu && (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey))) {
      event.preventDefault();
      openMenu();
    }
  };

  return (
    <>
      <div
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={rows.length}
        aria-multiselectable={marked ? true : undefined}
        aria-activedescendant={position >= 0 ? rowId(position) : undefined}
        tabIndex={0}
        className={styles.list}
        onKeyDown={onKeyDown}
        onContextMenu={onContextMenu}
        onFocus={(event) => {
          if (event.target === event.currentTarget && position < 0) moveTo(0);
        }}
      >
        <div role="presentation" className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((virtual) => {
            const item = items[virtual.index];
            if (!item) return null;
            if (item.kind === "head") {
              return (
                <div
                  key={item.key}
                  role="row"
                  className={styles.head}
                  style={{ height: virtual.size, transform: `translateY(${virtual.start}px)` }}
                >
                  <div role="rowheader" className={styles.headCell}>
                    {item.head}
                  </div>
                </div>
              );
            }
            const isSelected = item.key === selected;
            return (
              <VirtualRow
                key={item.key}
                row={item.row}
                rowKey={item.key}
                id={rowId(item.index)}
                index={item.index}
                size={virtual.size}
                start={virtual.start}
                isSelected={isSelected}
                isChosen={marked && marked.size > 0 ? marked.has(item.key) : isSelected}
                {...rowProps}
              />
            );
          })}
        </div>
      </div>
      {hasMenu && current && (
        <RowMenu
          label={nameOf(current.row)}
          openLabel={openLabel?.(current.row) ?? "Open"}
          at={menuAt}
          onOpen={() => onOpen(current.row)}
          onClose={() => setMenuAt(null)}
        />
      )}
    </>
  );
}

/** How far the first visible row has moved, so that it can stay where it is: rows may have come above it. */
function shiftOf<T>(
  before: readonly Item<T>[],
  after: readonly Item<T>[],
  top: number,
  sizeOf: (item: Item<T>) => number,
): number {
  const starts = new Map<string, number>();
  let end = 0;
  for (const item of after) {
    starts.set(item.key, end);
    end += sizeOf(item);
  }
  end = 0;
  for (const item of before) {
    const start = end;
    end += sizeOf(item);
    const moved = starts.get(item.key);
    if (end > top && item.kind === "row" && moved !== undefined) return moved - start;
  }
  return 0;
}

function flatten<T>(sections: Section<T>[], keyOf: (row: T) => string): { items: Item<T>[]; rows: RowItem<T>[] } {
  const items: Item<T>[] = [];
  const rows: RowItem<T>[] = [];
  for (const section of sections) {
    if (section.head !== undefined) items.push({ kind: "head", key: `head-${section.key}`, head: section.head });
    for (const row of section.rows) {
      const item: RowItem<T> = { kind: "row", key: keyOf(row), row, index: rows.length };
      items.push(item);
      rows.push(item);
    }
  }
  return { items, rows };
}
