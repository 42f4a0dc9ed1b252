import { type KeyboardEvent, type ReactNode } from "react";

type Props = { label?: string; className?: string | undefined; children: ReactNode };

/** A list of buttons. Arrows, Home and End move the focus, as does Tab. */
export function ButtonList({ label, className, children }: Props) {
  return (
    // Keys other than these go to the buttons.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul className={className} aria-label={label} onKeyDown={moveFocus}>
      {children}
    </ul>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button:not(:disabled)")];
  const at = all.findIndex((one) => one === document.activeElement);
  const places: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  const next = all[places[event.key] ?? -1];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
