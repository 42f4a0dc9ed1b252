import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Splitter } from "./Splitter";

const onChange = vi.fn();
const line = () => {
  onChange.mockClear();
  render(<Splitter label="Width" value={40} min={25} max={70} usual={45} onChange={onChange} />);
  return screen.getByRole("separator", { name: "Width" });
};

it("moves by arrow keys, within its bounds, and back by a double click", async () => {
  const splitter = line();
  await userEvent.tab();
  expect(splitter).toHaveFocus();
  await userEvent.keyboard("{ArrowRight}{ArrowLeft}{End}{Home}");
  await userEvent.dblClick(splitter);
  expect(onChange.mock.calls).toEqual([
    [42, true],
    [38, true],
    [70, true],
    [25, true],
    [45, true],
  ]);
});

it("says where it stands", () => {
  expect(line()).toHaveAttribute("aria-valuenow", "40");
});

it("does not move where nobody drags", () => {
  fireEvent.pointerMove(line(), { clientX: 300 });
  expect(onChange).not.toHaveBeenCalled();
});
