import { type JsonPath, toPointer } from "@/lib/jsonPointer";

/** A displayed line of a JSON value. */
export type JsonLine = {
  /** JSON pointer of the value that the line starts or ends. */
  pointer: string;
  depth: number;
  /** Property name; `undefined` in arrays and at the root. */
  name?: string;
  /** 1-based position in the container, and the container's size. */
  place: number;
  siblings: number;
  /** A complete value, or the first, last or only line of a container. */
  part: "value" | "open" | "close" | "folded";
  value: unknown;
  entries: number;
  comma: boolean;
};

/** Maximum length of an array of scalars on one line. */
const oneLine = 60;

/** Returns the lines of `value`. Containers in `folded` take one line. */
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
