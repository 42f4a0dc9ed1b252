import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import { HeaderLines } from "./HeaderLines";

function Harness() {
  const [lines, setLines] = useState(["A", "B", "C"].map((name) => ({ name, value: "" })));
  return <HeaderLines lines={lines} onChange={setLines} />;
}

it("keeps the focus near a header that is removed", async () => {
  render(<Harness />);
  const remove = async (name: string) => {
    screen.getByRole("button", { name: `Remove ${name}` }).focus();
    await userEvent.keyboard("{Enter}");
  };
  await remove("C");
  await waitFor(() => expect(screen.getByRole("button", { name: "Add header" })).toHaveFocus());
  await remove("A");
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Header" })).toHaveFocus());
  expect(screen.getByRole("textbox", { name: "Header" })).toHaveValue("B");
});
