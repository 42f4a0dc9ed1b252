import { type ReactNode, useRef } from "react";
import { occurrences } from "@/lib/occurrences";
import styles from "./Find.module.css";
import { useFinder } from "./FindContext";

/** Highlight name in `Find.module.css`. */
const mark = "found";

/** Text content that can be searched. */
export function FindableText({ children }: { children: ReactNode }) {
  const area = useRef<HTMLDivElement>(null);
  const text = () => area.current?.textContent ?? "";
  useFinder({
    count: (query) => occurrences(text(), query).length,
    show: (query, index) => {
      const start = occurrences(text(), query)[index];
      const range = start === undefined ? null : rangeAt(area.current, start, start + query.length);
      if (!range) return;
      // Web views without the Highlight API only scroll.
      if ("highlights" in CSS) CSS.highlights.set(mark, new Highlight(range));
      range.startContainer.parentElement?.scrollIntoView({ block: "nearest" });
    },
    hide: () => {
      if ("highlights" in CSS) CSS.highlights.delete(mark);
    },
  });
  return (
    <div ref={area} className={styles.text}>
      {children}
    </div>
  );
}

/** Returns the DOM range of two offsets in the text content. */
function rangeAt(area: Node | null, start: number, end: number): Range | null {
  if (!area) return null;
  const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let passed = 0;
  let isBegun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (!isBegun && start < passed + length) {
      range.setStart(node, start - passed);
      isBegun = true;
    }
    if (isBegun && end <= passed + length) {
      range.setEnd(node, end - passed);
      return range;
    }
    passed += length;
  }
  return null;
}
