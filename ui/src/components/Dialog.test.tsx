import { render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

afterEach(() => void vi.restoreAllMocks());

/** A dialog whose content is so much higher than its window. */
function open(scrollHeight: number, content = <p>Text</p>): void {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(100);
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(scrollHeight);
  render(
    <Dialog title="Trust the certificate?" footer={<Button autoFocus>Cancel</Button>} onClose={() => undefined}>
      {content}
    </Dialog>,
  );
}

const body = () => screen.getByText("Text").parentElement;

it("text_that_does_not_fit_can_be_scrolled_by_keyboard", () => {
  open(300);
  expect(body()).toHaveAttribute("tabindex", "0");
  expect(screen.getByRole("button", { name: "Cancel" })).toHaveFocus();
});

it("text_that_fits_is_no_tab_stop", () => {
  open(100);
  expect(body()).not.toHaveAttribute("tabindex");
});

it("content_with_a_control_scrolls_with_it", () => {
  open(
    300,
    <>
      <p>Text</p>
      <Button>Copy</Button>
    </>,
  );
  expect(body()).not.toHaveAttribute("tabindex");
});
