import { render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { VirtualList } from "./VirtualList";

beforeEach(() => {
  for (const side of ["clientHeight", "clientWidth", "offsetHeight", "offsetWidth"] as const) {
    vi.spyOn(HTMLElement.prototype, side, "get").mockReturnValue(800);
  }
});

const rowHeight = 46;
const old = Array.from({ length: 100 }, (_, index) => `row ${index}`);
const keyOf = (row: string) => row;
const nothing = () => undefined;
const list = (rows: string[]) => (
  <VirtualList
    label="Rows"
    sections={[{ key: "all", head: "All", rows }]}
    keyOf={keyOf}
    nameOf={keyOf}
    selected={null}
    onSelect={nothing}
    onOpen={nothing}
    renderRow={keyOf}
  />
);

it("keeps_the_first_visible_row_in_place_as_rows_come_above_it", () => {
  const { rerender } = render(list(old));
  const grid = screen.getByRole("grid");
  grid.scrollTop = 1000;
  rerender(list(["new", ...old]));
  expect(grid.scrollTop).toBe(1000 + rowHeight);
  rerender(list(["new", ...old, "last"]));
  expect(grid.scrollTop).toBe(1000 + rowHeight);
  rerender(list(old.slice(1)));
  expect(grid.scrollTop).toBe(1000 - rowHeight);
});

it("shows_what_comes_first_while_it_is_at_the_top", () => {
  const { rerender } = render(list(old));
  rerender(list(["new", ...old]));
  expect(screen.getByRole("grid").scrollTop).toBe(0);
});
