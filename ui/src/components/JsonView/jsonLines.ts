import { type JsonPath, toPointer } from "@/lib/jsonPointer";

/** One line of a JSON value as it is shown. */
export type JsonLine = {
  /** Pointer of the value the line begins or ends; with `close` unique. */
  pointer: string;
  depth: number;
  /** Name before the value; `undefined` in lists and at the root. */
  name?: string;
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
  add(lines, value, [], undefined, false, folded);
  return lines;
}

function add(lines: JsonLine[], value: unknown, path: JsonPath, name: string | undefined, comma: boolean, folded: ReadonlySet<string>): void {
  const line = { pointer: toPointer(path), depth: path.length, name, value, comma };
  const children = childrenOf(value);
  if (!children || children.length === 0 || isShort(value)) {
    lines.push({ ...line, part: "value", entries: 0 });
    return;
  }
  if (folded.has(line.pointer)) {
    lines.push({ ...line, part: "folded", entries: children.length });
    return;
  }
  lines.push({ ...line, part: "open", entries: children.length, comma: false });
  const isList = Array.isArray(value);
  children.forEach(([key, child], index) => {
    add(lines, child, [...path, isList ? index : key], isList ? undefined : key, index < children.length - 1, folded);
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

/** Pointers of every container that holds others, for folding all. */
export function containers(value: unknown, path: JsonPath = []): string[] {
  const children = childrenOf(value);
  if (!children) return [];
  const isList = Array.isArray(value);
  return [toPointer(path), ...children.flatMap(([key, child], index) => containers(child, [...path, isList ? index : key]))];
}
