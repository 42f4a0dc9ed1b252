import { type ComparedLine } from "@/host/bindings";

/** The changed part of a line: all but its common start and end with the other line. */
export type ChangedPart = { from: number; to: number };

/** A row of the unified view. */
export type UnifiedRow =
  | {
      kind: "line";
      sign: " " | "-" | "+";
      before: number | null;
      after: number | null;
      text: string;
      changed: ChangedPart | null;
    }
  | { kind: "folded" | "cut"; count: number };

/** A row of the side-by-side view. */
export type SideRow =
  | { kind: "pair"; before: SideCell | null; after: SideCell | null; isSame: boolean }
  | { kind: "folded" | "cut"; count: number };

export type SideCell = { line: number; text: string; changed: ChangedPart | null };

type Removed = Extract<ComparedLine, { kind: "removed" }>;
type Added = Extract<ComparedLine, { kind: "added" }>;

export function unifiedRows(lines: readonly ComparedLine[]): UnifiedRow[] {
  return splitStretches(lines).flatMap((stretch): UnifiedRow[] => {
    if (stretch.kind === "same") return [{ ...stretch.line, kind: "line", sign: " ", changed: null }];
    if (stretch.kind !== "changed") return [stretch];
    const parts = pairLines(stretch.removed, stretch.added);
    return [
      ...stretch.removed.map(({ before, text }, index) => {
        const changed = parts[index]?.removed ?? null;
        return { kind: "line" as const, sign: "-" as const, before, after: null, text, changed };
      }),
      ...stretch.added.map(({ after, text }, index) => {
        const changed = parts[index]?.added ?? null;
        return { kind: "line" as const, sign: "+" as const, before: null, after, text, changed };
      }),
    ];
  });
}

export function sideRows(lines: readonly ComparedLine[]): SideRow[] {
  return splitStretches(lines).flatMap((stretch): SideRow[] => {
    if (stretch.kind === "same") {
      const { before, after, text } = stretch.line;
      const cell = (line: number) => ({ line, text, changed: null });
      return [{ kind: "pair", before: cell(before), after: cell(after), isSame: true }];
    }
    if (stretch.kind !== "changed") return [stretch];
    const parts = pairLines(stretch.removed, stretch.added);
    return Array.from({ length: Math.max(stretch.removed.length, stretch.added.length) }, (_, index): SideRow => {
      const removed = stretch.removed[index];
      const added = stretch.added[index];
      return {
        kind: "pair",
        before: removed ? { line: removed.before, text: removed.text, changed: parts[index]?.removed ?? null } : null,
        after: added ? { line: added.after, text: added.text, changed: parts[index]?.added ?? null } : null,
        isSame: false,
      };
    });
  });
}

type Stretch =
  | { kind: "same"; line: Extract<ComparedLine, { kind: "same" }> }
  | { kind: "changed"; removed: Removed[]; added: Added[] }
  | { kind: "folded" | "cut"; count: number };

function splitStretches(lines: readonly ComparedLine[]): Stretch[] {
  const found: Stretch[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.kind === "removed" || line.kind === "added") {
      const changed = last?.kind === "changed" ? last : { kind: "changed" as const, removed: [], added: [] };
      if (changed !== last) found.push(changed);
      if (line.kind === "removed") changed.removed.push(line);
      else changed.added.push(line);
    } else found.push(line.kind === "same" ? { kind: "same", line } : line);
  }
  return found;
}

/** Pairs lines one by one if there are as many removed as added ones; otherwise no parts are marked. */
function pairLines(
  removed: readonly Removed[],
  added: readonly Added[],
): { removed: ChangedPart; added: ChangedPart }[] {
  if (removed.length !== added.length) return [];
  return removed.map((line, index) => changedParts(line.text, added[index]?.text ?? ""));
}

/** Finds the changed parts of two lines, extended to whole words. */
export function changedParts(before: string, after: string): { removed: ChangedPart; added: ChangedPart } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  // Extends the parts to word boundaries.
  while (start > 0 && isInWord(before[start - 1])) start -= 1;
  while (end > 0 && isInWord(before[before.length - end])) end -= 1;
  return { removed: { from: start, to: before.length - end }, added: { from: start, to: after.length - end } };
}

function isInWord(sign: string | undefined): boolean {
  return sign !== undefined && /[\p{L}\p{N}_.+-]/u.test(sign);
}
