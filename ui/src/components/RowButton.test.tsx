import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { RowButton } from "./RowButton";

it("leaves_the_focus_to_the_list_when_it_goes", () => {
  const list = (hasButton: boolean) => (
    <div role="grid" aria-label="Rows" tabIndex={0}>
      {hasButton && <RowButton words="Check" subject="wiki" inTabOrder onPress={() => undefined} />}
    </div>
  );
  const { rerender } = render(list(true));
  screen.getByRole("button", { name: /^Check/ }).focus();
  rerender(list(false));
  expect(screen.getByRole("grid", { name: "Rows" })).toHaveFocus();
});
