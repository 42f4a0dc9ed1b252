import { expect, it } from "vitest";
import { type ComparedLine } from "@/host/bindings";
import { changedParts, sideRows, unifiedRows } from "./compareRows";

const lines: ComparedLine[] = [
  { kind: "folded", count: 3 },
  { kind: "same", before: 4, after: 4, text: "{" },
  { kind: "removed", before: 5, text: '  "balance": 0,' },
  { kind: "added", after: 5, text: '  "balance": -4200,' },
  { kind: "added", after: 6, text: '  "new": true' },
  { kind: "same", before: 6, after: 7, text: "}" },
];

it("marks what differs between two lines that stand for each other", () => {
  const part = (text: string, { from, to }: { from: number; to: number }) => text.slice(from, to);
  const parts = changedParts('"balance": 0,', '"balance": -4200,');
  expect(part('"balance": 0,', parts.removed)).toBe("0");
  expect(part('"balance": -4200,', parts.added)).toBe("-4200");
  expect(changedParts("a, b", "a, c, b")).toEqual({ removed: { from: 3, to: 4 }, added: { from: 3, to: 7 } });
});

it("puts removed lines before added ones in one text", () => {
  expect(
    unifiedRows(lines).map((row) =>
      row.kind === "line" ? `${row.sign}${row.before ?? ""}/${row.after ?? ""}` : `${row.kind} ${row.count}`,
    ),
  ).toEqual(["folded 3", " 4/4", "-5/", "+/5", "+/6", " 6/7"]);
});

it("puts them side by side in two", () => {
  expect(
    sideRows(lines).map((row) =>
      row.kind === "pair" ? `${row.before?.line ?? ""}|${row.after?.line ?? ""}` : row.kind,
    ),
  ).toEqual(["folded", "4|4", "5|5", "|6", "6|7"]);
});
