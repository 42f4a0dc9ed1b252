import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useMemo, useRef, useState } from "react";
import { rem } from "@/lib/layout";
import { type JsonLine, jsonLines } from "./jsonLines";
import styles from "./JsonView.module.css";

type Props = { label: string; value: unknown };

/** A string longer than this is cut for show; copying gives all of it. */
const longest = 2000;

/** A JSON value in numbered lines that fold; only the lines in sight are drawn. */
export function JsonView({ label, value }: Props) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => jsonLines(value, folded), [value, folded]);
  const toggle = useCallback((pointer: string) => {
    setFolded((before) => {
      const next = new Set(before);
      if (!next.delete(pointer)) next.add(pointer);
      return next;
    });
  }, []);
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rem(19 / 16),
    overscan: 30,
    initialRect: { width: 600, height: 800 },
  });
  return (
    // What scrolls takes the focus, so that the keyboard can scroll it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroller} className={styles.view} role="region" aria-label={label} tabIndex={0} data-selectable>
      <div className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return line && (
            <div key={item.index} className={styles.line} style={{ transform: `translateY(${item.start}px)` }}>
              <span className={styles.number} aria-hidden="true">{item.index + 1}</span>
              <Fold line={line} onToggle={toggle} />
              <code style={{ paddingLeft: `${line.depth * 2}ch` }}>
                <Line line={line} />
              </code>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Fold({ line, onToggle }: { line: JsonLine; onToggle: (pointer: string) => void }) {
  if (line.part !== "open" && line.part !== "folded") return <span />;
  const isFolded = line.part === "folded";
  const name = line.name ?? (line.pointer === "" ? "all" : line.pointer.slice(line.pointer.lastIndexOf("/") + 1));
  return (
    <button type="button" tabIndex={-1} className={styles.fold} aria-expanded={!isFolded} aria-label={`${isFolded ? "Unfold" : "Fold"} ${name}`} onClick={() => onToggle(line.pointer)}>
      {isFolded ? "▸" : "▾"}
    </button>
  );
}

function Line({ line }: { line: JsonLine }) {
  const isList = Array.isArray(line.value);
  const comma = line.comma ? "," : "";
  if (line.part === "close") return <>{(isList ? "]" : "}") + comma}</>;
  return (
    <>
      {line.name !== undefined && <><span className={styles.key}>{JSON.stringify(line.name)}</span>: </>}
      {line.part === "open" && (isList ? "[" : "{")}
      {line.part === "folded" && <>{isList ? "[" : "{"}<span className={styles.count}>{` ${line.entries} `}</span>{isList ? "]" : "}"}</>}
      {line.part === "value" && <Value value={line.value} />}
      {comma}
    </>
  );
}

function Value({ value }: { value: unknown }) {
  if (Array.isArray(value)) {
    return (
      <>
        [
        {(value as unknown[]).map((entry, index) => (
          <span key={index}>{index > 0 && ", "}<Value value={entry} /></span>
        ))}
        ]
      </>
    );
  }
  if (typeof value === "string") {
    if (value === "<redacted>") return <span className={styles.secret}>{JSON.stringify(value)}</span>;
    const cut = value.length > longest;
    return (
      <>
        <span className={styles.string}>{JSON.stringify(cut ? value.slice(0, longest) : value)}</span>
        {cut && <span className={styles.count}>{` … ${value.length - longest} more`}</span>}
      </>
    );
  }
  if (typeof value === "number") return <span className={styles.amount}>{String(value)}</span>;
  if (typeof value === "object" && value !== null) return <>{"{}"}</>;
  return <span className={styles.keyword}>{String(value)}</span>;
}
