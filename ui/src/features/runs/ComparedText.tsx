import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef } from "react";
import { type RunComparison } from "@/host/bindings";
import { rem } from "@/lib/layout";
import { count } from "@/lib/words";
import styles from "./Compare.module.css";
import { type ChangedPart, type SideCell, type SideRow, sideRows, type UnifiedRow, unifiedRows } from "./compareRows";
import { partNames, sameWords } from "./compareWords";

type Props = { comparison: RunComparison; isSideBySide: boolean };

type Row = { kind: "head"; name: string; same: string | null } | UnifiedRow | SideRow;

/** Arguments and outcome of two runs line by line, virtualized. */
export function ComparedText({ comparison, isSideBySide }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () =>
      comparison.texts.flatMap(({ part, lines }): Row[] => [
        { kind: "head", name: partNames[part], same: lines.length === 0 ? sameWords(comparison, part) : null },
        ...(isSideBySide ? sideRows(lines) : unifiedRows(lines)),
      ]),
    [comparison, isSideBySide],
  );
  // The React compiler skips components with a virtualizer, which is what it needs.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rem(1.25),
    overscan: 30,
    initialRect: { width: 600, height: 800 },
  });
  return (
    <div
      ref={scroller}
      className={styles.text}
      role="region"
      aria-label={isSideBySide ? "Side by side" : "Unified view"}
      // Focusable, so that the keyboard can scroll it.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      data-selectable
    >
      <div className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <div
                key={item.index}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className={styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <TextRow row={row} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function TextRow({ row }: { row: Row }): ReactNode {
  switch (row.kind) {
    case "head":
      return (
        <h3 className={styles.head}>
          {row.name}
          {row.same !== null && <span className="text3">{row.same}</span>}
        </h3>
      );
    case "folded":
      return <div className={styles.fold}>{count(row.count, "unchanged line")}</div>;
    case "cut":
      return <div className={styles.fold}>{`${count(row.count, "more line")} not shown`}</div>;
    case "line":
      return (
        <div className={styles.line} data-sign={row.sign}>
          <LineNumber of={row.before} />
          <LineNumber of={row.after} />
          <Sign of={row.sign} />
          <code>
            <Marked text={row.text} changed={row.changed} />
          </code>
        </div>
      );
    case "pair":
      return (
        <div className={styles.pair}>
          <Side cell={row.before} sign={row.isSame ? " " : "-"} />
          <Side cell={row.after} sign={row.isSame ? " " : "+"} />
        </div>
      );
  }
}

function Side({ cell, sign }: { cell: SideCell | null; sign: " " | "-" | "+" }) {
  if (!cell) return <div className={styles.half} data-lacks />;
  return (
    <div className={styles.half} data-sign={sign}>
      <LineNumber of={cell.line} />
      <Sign of={sign} />
      <code>
        <Marked text={cell.text} changed={cell.changed} />
      </code>
    </div>
  );
}

function LineNumber({ of }: { of: number | null }) {
  return (
    <span className={styles.number} aria-hidden="true">
      {of}
    </span>
  );
}

/** The sign of a changed line, also as text: colour must not be the only cue. */
function Sign({ of }: { of: " " | "-" | "+" }) {
  return (
    <span className={styles.sign}>
      <span aria-hidden="true">{of === "-" ? "−" : of}</span>
      {of !== " " && <span className="unseen">{of === "-" ? "removed " : "added "}</span>}
    </span>
  );
}

function Marked({ text, changed }: { text: string; changed: ChangedPart | null }) {
  // Within an element: a bare string would bypass the JSX runtime, which makes text of servers inert.
  if (!changed || changed.from === changed.to) return <>{text || "\u00a0"}</>;
  return (
    <>
      {text.slice(0, changed.from)}
      <mark>{text.slice(changed.from, changed.to)}</mark>
      {text.slice(changed.to)}
    </>
  );
}
