import { type ReactNode, useState } from "react";
import { Button } from "./Button";

type Props = { label?: string; children: ReactNode };

/** Folds what few need. */
export function Advanced({ label = "Advanced", children }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <div>
        <Button look="link" icon={open ? "chevron-down" : "chevron-right"} aria-expanded={open} onPress={() => setOpen(!open)}>{label}</Button>
      </div>
      {open && children}
    </>
  );
}
