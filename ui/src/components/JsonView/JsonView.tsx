import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { isWithin } from "@/lib/jsonPointer";
import { rem } from "@/lib/layout";
import { occurrences } from "@/lib/occurrences";
import { useFinder } from "../Find/FindContext";
import { type JsonLine, jsonLines } from "./jsonLines";
import { JsonLineText } from "./JsonLineText";
import styles from "./JsonView.module.css";
import { spokenLine } from "./spokenLine";
import { treeStep } from "./treeKeys";

type Props = { label: string; value: unknown };

/**
 * A JSON value as a foldable tree with line numbers and one tab stop (see `treeKeys`). Renders only the visible lines
 * and the current one, which `aria-activedescendant` refers to.
 */
export function JsonView({ label, value }: Props) {
  const base = useId();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState("");
  /** The last search match. An object, because the same line may be found again and must be scrolled to again. */
  const [found, setFound] = useState<{ pointer: string } | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => jsonLines(value, folded), [value, folded]);
  // The current line may not exist in a new value.
  const index = Math.max(
    0,
    lines.findIndex((line) => line.pointer === current),
  );
  const rangeExtractor = useCallback(
    (range: Range) => [...new Set([...defaultRangeExtractor(range), index])].sort((one, other) => one - other),
    [index],
  );
  const size = rem(19 / 16);
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    rangeExtractor,
    overscan: 30,
    initialRect: { width: 600, height: 800 },
  });

  useFinder({
    count: (query) => linesWith(value, query).length,
    show: (query, at) => {
      const line = linesWith(value, query)[at];
      if (!line) return;
      setFolded((before) => new Set([...before].filter((pointer) => !isWithin(line.pointer, pointer))));
      setCurrent(line.pointer);
      setFound({ pointer: line.pointer });
    },
    hide: () => setFound(null),
  });
  useEffect(() => {
    if (found) virtualizer.scrollToIndex(index, { align: "auto" });
    // Scrolls once for each match; later folding or moving must not scroll.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [found]);

  const toggle = (pointer: string) => {
    setCurrent(pointer);
    setFolded((before) => {
      const next = new Set(before);
      if (!next.delete(pointer)) next.add(pointer);
      return next;
    });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
    const { clientHeight, scrollLeft } = event.currentTarget;
    const step = treeStep(event.key, lines, {
      index,
      page: Math.max(1, Math.floor(clientHeight / size) - 1),
      isScrolled: scrollLeft > 0,
    });
    if (!step) return;
    event.preventDefault();
    if (step.kind === "toggle") toggle(step.pointer);
    if (step.kind === "scroll") event.currentTarget.scrollLeft += step.sign * 4 * size;
    if (step.kind === "go") {
      setCurrent(lines[step.index]?.pointer ?? "");
      virtualizer.scrollToIndex(step.index, { align: "auto" });
    }
  };

  return (
    <div
      ref={scroller}
      className={styles.view}
      role="tree"
      aria-label={label}
      aria-activedescendant={`${base}-${index}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      data-selectable
    >
      <div role="presentation" className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          const place = {
            className: styles.line,
            style: { transform: `translateY(${item.start}px)` },
            "data-number": item.index + 1,
          };
          const text = <JsonLineText line={line} />;
          const indent = { paddingLeft: `${line.depth * 2}ch` };
          // WebKit exposes a tree only if it contains nothing but tree items and presentational elements.
          if (line.part === "close")
            return (
              <div key={item.index} {...place} role="presentation" aria-hidden="true">
                <code role="presentation" style={indent}>
                  {text}
                </code>
              </div>
            );
          return (
            // The tree has the focus and handles keys; items only handle the pointer.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={item.index}
              {...place}
              id={`${base}-${item.index}`}
              role="treeitem"
              aria-label={spokenLine(line)}
              aria-level={line.depth + 1}
              aria-posinset={line.place}
              aria-setsize={line.siblings}
              aria-expanded={line.part === "value" ? undefined : line.part === "open"}
              aria-selected={item.index === index}
              data-current={item.index === index || undefined}
              data-found={line.pointer === found?.pointer || undefined}
              onClick={() => setCurrent(line.pointer)}
            >
              {line.part !== "value" && (
                // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
                <span
                  className={styles.fold}
                  data-folded={line.part === "folded" || undefined}
                  onClick={() => toggle(line.pointer)}
                />
              )}
              <code style={indent}>{text}</code>
            </div>
          );
        })}
      </div>
    </div>
  );
}

const nothing: ReadonlySet<string> = new Set();

/** Returns the lines whose name or value contains the text, folded or not. */
function linesWith(value: unknown, query: string): JsonLine[] {
  return jsonLines(value, nothing).filter(
    ({ part, name, value }) =>
      part !== "close" &&
      (occurrences(name ?? "", query).length > 0 || (part === "value" && occurrences(textOf(value), query).length > 0)),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
