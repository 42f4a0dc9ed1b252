import { type ComponentType, lazy, type LazyExoticComponent } from "react";

/** `React.lazy` for a module that exports its component by name. */
export function lazyNamed<Name extends string, Props>(
  read: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: (await read())[name] }));
}
