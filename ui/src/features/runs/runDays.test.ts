import { expect, it } from "vitest";
import { run } from "@/test/samples";
import { runDays } from "./runDays";

it("names days the way people do, and keeps the order", () => {
  const now = new Date(2026, 10, 20, 9, 41);
  const at = (...when: [number, number, number, number]) => run({ startedAt: new Date(...when).toISOString() });
  const days = runDays(
    [
      at(2026, 10, 20, 9),
      at(2026, 10, 20, 0),
      at(2026, 10, 19, 23),
      at(2026, 10, 18, 12),
      at(2026, 10, 2, 1),
      at(2025, 0, 12, 1),
    ],
    now,
  );
  expect(days.map(({ day, runs }) => [day, runs.length])).toEqual([
    ["Today", 2],
    ["Yesterday", 1],
    ["Wednesday", 1],
    ["2 November", 1],
    ["12 January 2025", 1],
  ]);
});
