import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
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

it("text_that_does_not_fit_can_be_scrolled_by_keyboard", async () => {
  open(300);
  expect(body()).toHaveAttribute("tabindex", "0");
  // After a click of an earlier test without a pointer, React Aria waits for a frame before it moves the focus.
  await waitFor(() => expect(screen.getByRole("button", { name: "Cancel" })).toHaveFocus());
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

/** A list whose button opens a dialog that removes the button. */
function Fixing() {
  const [isOpen, setOpen] = useState(false);
  const [isFixed, setFixed] = useState(false);
  return (
    <div role="grid" aria-label="Rows" tabIndex={0}>
      {!isFixed && <button onClick={() => setOpen(true)}>Fix</button>}
      {isOpen && (
        <Dialog title="Fix it" onClose={() => setOpen(false)}>
          <button onClick={() => setFixed(true)}>Do it</button>
        </Dialog>
      )}
    </div>
  );
}

it("the_focus_returns_to_what_is_around_a_button_that_is_gone", async () => {
  const user = userEvent.setup();
  render(<Fixing />);
  await user.click(screen.getByRole("button", { name: "Fix" }));
  await user.click(screen.getByRole("button", { name: "Do it" }));
  await user.click(screen.getByRole("button", { name: "Close" }));
  await waitFor(() => expect(screen.getByRole("grid", { name: "Rows" })).toHaveFocus());
});
