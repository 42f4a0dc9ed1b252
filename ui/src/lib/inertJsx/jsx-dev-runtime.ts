/** `jsx-runtime` for development. */
import { type ElementType, Fragment, type JSX as ReactJsx, type Key } from "react";
import * as runtime from "react/jsx-dev-runtime";
import { inertProps } from "./inertProps";

export type { ReactJsx as JSX };
export { Fragment };

type Make = (
  type: ElementType,
  props: object,
  key: Key | undefined,
  isStatic: boolean,
  source?: object,
  self?: unknown,
) => ReactJsx.Element;

const make = (runtime as unknown as { jsxDEV: Make }).jsxDEV;

export function jsxDEV(
  type: ElementType,
  props: Record<string, unknown>,
  key: Key | undefined,
  isStatic: boolean,
  source?: object,
  self?: unknown,
): ReactJsx.Element {
  return make(type, inertProps(type, props), key, isStatic, source, self);
}
