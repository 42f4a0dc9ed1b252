import { render, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { FocusReturn } from "./FocusReturn";

it("leaves_the_focus_on_the_page_if_nothing_had_it_before", async () => {
  const page = (isOpen: boolean) => (
    <div tabIndex={-1}>
      <main />
      {isOpen && <FocusReturn />}
    </div>
  );
  const { rerender } = render(page(true));
  expect(document.body).toHaveFocus();
  rerender(page(false));
  await waitFor(() => expect(document.body).not.toHaveFocus());
});
