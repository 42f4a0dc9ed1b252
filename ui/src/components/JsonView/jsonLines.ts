import { type JsonPath, toPointer } from "@/lib/jsonPointer";

/** One line of a JSON value as it is shown. */
export type JsonLine = {
  /** Pointer of the value the line begins or ends; with `close` unique. */
  pointer: string;
  depth: number;
  /** Name before the value; `undefined` in lists and at the root. */
  name?: string;
  /** Place among the entries of its container, from 1, and how many those are. */
  place: number;
  siblings: number;
  /** A value in full, a container's opening or its closing line. */
  part: "value" | "open" | "close" | "folded";
  value: unknown;
  /** Number of entries of a container. */
  entries: number;
  /** Whether a comma follows. */
  comma: boolean;
};

/** A list of plain values no longer than this stays on one line. */
const oneLine = 60;

/** The lines of `value`; containers whose pointer is in `folded` take one line. */
export function jsonLines(value: unknown, folded: ReadonlySet<string>): JsonLine[] {
  const lines: JsonLine[] = [];
  add(lines, value, [], { place: 1, siblings: 1 }, folded);
  return lines;
}

type Position = Pick<JsonLine, "name" | "place" | "siblings">;

function add(lines: JsonLine[], value: unknown, path: JsonPath, position: Position, folded: ReadonlySet<string>): void {
  const line = {
    ...position,
    pointer: toPointer(path),
    depth: path.length,
    value,
    comma: position.place < position.siblings,
  };
  const children = childrenOf(value);
  if (!children || children.length === 0 || isShort(value)) {
    lines.push({ ...line, part: "value", entries: children?.length ?? 0 });
    return;
  }
  if (folded.has(line.pointer)) {
    lines.push({ ...line, part: "folded", entries: children.length });
    return;
  }
  lines.push({ ...line, part: "open", entries: children.length, comma: false });
  const isList = Array.isArray(value);
  children.forEach(([key, child], index) => {
    add(
      lines,
      child,
      [...path, isList ? index : key],
      { name: isList ? undefined : key, place: index + 1, siblings: children.length },
      folded,
    );
  });
  lines.push({ ...line, part: "close", name: undefined, entries: children.length });
}

function childrenOf(value: unknown): [string, unknown][] | undefined {
  return typeof value === "object" && value !== null ? Object.entries(value) : undefined;
}

function isShort(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > 12) return false;
  if (value.some((entry) => typeof entry === "object" && entry !== null)) return false;
  return JSON.stringify(value).length <= oneLine;
}
