import { type ReactNode, useState } from "react";
import { Button } from "./Button";

type Props = {
  label?: string;
  /** Whether it contains something that must be seen, such as an error; keeps it open. */
  hasNews?: boolean;
  startsOpen?: boolean;
  children: ReactNode;
};

/** Rarely used content, collapsed at first. */
export function Advanced({ label = "Advanced", hasNews = false, startsOpen = false, children }: Props) {
  const [open, setOpen] = useState(hasNews || startsOpen);
  const [hadNews, setHadNews] = useState(hasNews);
  if (hasNews !== hadNews) {
    setHadNews(hasNews);
    if (hasNews) setOpen(true);
  }
  return (
    <>
      <div>
        <Button
          look="link"
          icon={open ? "chevron-down" : "chevron-right"}
          aria-expanded={open}
          onPress={() => setOpen(hasNews || !open)}
        >
          {label}
        </Button>
      </div>
      {open && children}
    </>
  );
}
