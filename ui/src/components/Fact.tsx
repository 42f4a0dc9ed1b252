import { type ReactNode } from "react";

/** A term and its value, within a `dl`. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** An address, id or other code, which can be selected. */
export function Code({ children }: { children: ReactNode }) {
  return (
    <span className="mono" data-selectable>
      {children}
    </span>
  );
}
