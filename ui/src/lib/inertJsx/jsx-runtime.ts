/** React's JSX runtime with all text made inert, so that components need not know which text came from a server. */
import { type ElementType, Fragment, type JSX as ReactJsx, type Key } from "react";
import { jsx as plainJsx, jsxs as plainJsxs } from "react/jsx-runtime";
import { inertProps } from "./inertProps";

export type { ReactJsx as JSX };
export { Fragment };

type Props = Record<string, unknown>;

export function jsx(type: ElementType, props: Props, key?: Key): ReactJsx.Element {
  return plainJsx(type, inertProps(type, props), key);
}

export function jsxs(type: ElementType, props: Props, key?: Key): ReactJsx.Element {
  return plainJsxs(type, inertProps(type, props), key);
}
