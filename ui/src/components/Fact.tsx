import { type ReactNode } from "react";

/** A term and its value, within a `dl`; nothing if the value is empty. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd data-selectable>{children}</dd>
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
