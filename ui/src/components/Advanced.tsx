import { type ReactNode, useState } from "react";
import { Button } from "./Button";

type Props = {
  label?: string;
  /** Whether something in it has to be seen, such as what is wrong with a field. */
  hasNews?: boolean;
  children: ReactNode;
};

/** Folds what few need. */
export function Advanced({ label = "Advanced", hasNews = false, children }: Props) {
  const [unfolded, setUnfolded] = useState(false);
  const open = unfolded || hasNews;
  // What was opened for its news stays open while one sees to it.
  if (hasNews && !unfolded) setUnfolded(true);
  return (
    <>
      <div>
        <Button
          look="link"
          icon={open ? "chevron-down" : "chevron-right"}
          aria-expanded={open}
          onPress={() => setUnfolded(!open)}
        >
          {label}
        </Button>
      </div>
      {open && children}
    </>
  );
}
