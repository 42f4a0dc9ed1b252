import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { Field } from "./Field";
import { FormDialog } from "./FormDialog";

function Naming({ onClose, isPending = false }: { onClose: () => void; isPending?: boolean }) {
  const [name, setName] = useState("");
  return (
    <FormDialog title="Add account" isPending={isPending} onClose={onClose}>
      <Field label="Name" autoFocus value={name} onChange={setName} />
    </FormDialog>
  );
}

function open(isPending = false) {
  const onClose = vi.fn();
  render(<Naming onClose={onClose} isPending={isPending} />);
  return { onClose, user: userEvent.setup() };
}

it("asks_before_what_was_typed_is_lost", async () => {
  const { user, onClose } = open();
  await user.type(screen.getByLabelText("Name"), "Deploy{Escape}");
  await user.click(await screen.findByRole("button", { name: "Keep editing" }));
  expect(screen.getByLabelText("Name")).toHaveValue("Deploy");
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(onClose).not.toHaveBeenCalled();
  await user.click(await screen.findByRole("button", { name: "Discard" }));
  expect(onClose).toHaveBeenCalledOnce();
});

it("closes_at_once_while_nothing_is_typed_or_all_of_it_was_emptied", async () => {
  const { user, onClose } = open();
  await user.type(screen.getByLabelText("Name"), "D{Backspace}{Escape}");
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
});

it("closes_at_once_while_what_was_typed_is_being_saved", async () => {
  const { user, onClose } = open(true);
  await user.type(screen.getByLabelText("Name"), "Deploy{Escape}");
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
});
