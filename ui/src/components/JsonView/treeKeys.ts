import { type JsonLine } from "./jsonLines";

/** What a key does in the tree: goes to a line, folds or unfolds the current one, or scrolls it sideways. */
type TreeStep = { kind: "go"; index: number } | { kind: "toggle"; pointer: string } | { kind: "scroll"; sign: 1 | -1 };

type At = {
  /** Index of the current line. */
  index: number;
  /** Lines between one page and the next. */
  page: number;
  /** Whether what is in sight begins right of the lines' beginning. */
  isScrolled: boolean;
};

/**
 * The keys of a tree, as the WAI-ARIA practices have them; closing lines are no entries and are passed over.
 * Where → and ← have nothing to open or leave, they scroll, so that a long text is read by keyboard too.
 */
export function treeStep(key: string, lines: readonly JsonLine[], { index, page, isScrolled }: At): TreeStep | null {
  const line = lines[index];
  if (!line) return null;
  const { pointer, part } = line;
  switch (key) {
    case "ArrowDown":
      return go(lines, index + 1, 1);
    case "ArrowUp":
      return go(lines, index - 1, -1);
    case "PageDown":
      return go(lines, Math.min(lines.length - 1, index + page), -1);
    case "PageUp":
      return go(lines, Math.max(0, index - page), -1);
    case "Home":
      return go(lines, 0, 1);
    case "End":
      return go(lines, lines.length - 1, -1);
    case "ArrowRight":
      if (part === "folded") return { kind: "toggle", pointer };
      return part === "open" ? go(lines, index + 1, 1) : { kind: "scroll", sign: 1 };
    case "ArrowLeft":
      if (isScrolled) return { kind: "scroll", sign: -1 };
      return part === "open" ? { kind: "toggle", pointer } : go(lines, holderOf(lines, index), 1);
    case "Enter":
    case " ":
      // On a value nothing happens, and nothing that the page does with these keys.
      return part === "value" ? { kind: "go", index } : { kind: "toggle", pointer };
    default:
      return null;
  }
}

/** To the first entry from `index` on, in the direction of `sign`; `null` where there is none. */
function go(lines: readonly JsonLine[], index: number, sign: 1 | -1): TreeStep | null {
  for (let at = index; at >= 0 && at < lines.length; at += sign) {
    if (lines[at]?.part !== "close") return { kind: "go", index: at };
  }
  return null;
}

/** Index of the line that opens what holds the line at `index`; -1 at the root. */
function holderOf(lines: readonly JsonLine[], index: number): number {
  const depth = lines[index]?.depth ?? 0;
  return lines.slice(0, index).findLastIndex((line) => line.part === "open" && line.depth < depth);
}
