import { type JsonLine } from "./jsonLines";

/** The effect of a key in the tree. */
type TreeStep = { kind: "go"; index: number } | { kind: "toggle"; pointer: string } | { kind: "scroll"; sign: 1 | -1 };

type At = {
  index: number;
  /** Number of lines per page. */
  page: number;
  /** Whether the view is scrolled sideways. */
  isScrolled: boolean;
};

/**
 * Keys of the WAI-ARIA tree pattern; closing lines are skipped. → and ← scroll where there is nothing to open or leave,
 * so that long texts can be read by keyboard.
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
      // Consumes the key on values too, so that no shortcut of the page runs.
      return part === "value" ? { kind: "go", index } : { kind: "toggle", pointer };
    default:
      return null;
  }
}

/** Moves to the nearest item at or after `index` in the given direction, if there is one. */
function go(lines: readonly JsonLine[], index: number, sign: 1 | -1): TreeStep | null {
  for (let at = index; at >= 0 && at < lines.length; at += sign) {
    if (lines[at]?.part !== "close") return { kind: "go", index: at };
  }
  return null;
}

/** Index of the line that opens the parent container; -1 at the root. */
function holderOf(lines: readonly JsonLine[], index: number): number {
  const depth = lines[index]?.depth ?? 0;
  return lines.slice(0, index).findLastIndex((line) => line.part === "open" && line.depth < depth);
}
