import { type PressEvent } from "react-aria-components";

/** What can have the focus within a form. */
export const focusable = ":is(input:not([type=hidden]), textarea, select, button, [tabindex='0']):not(:disabled)";

/**
 * Keeps the focus near a line, an element with `data-line`, whose button removes it: moves it to the line that follows,
 * or else to the button after the lines, which adds one.
 */
export function focusAfterRemoval({ target }: Pick<PressEvent, "target">): void {
  const line = target.closest("[data-line]");
  const list = line?.parentElement;
  if (!line || !list) return;
  const lines = () => [...list.children].filter((child) => child.hasAttribute("data-line"));
  const index = lines().indexOf(line);
  // The form renders the removal only after the event.
  setTimeout(() => {
    const next = lines()[index]?.querySelector<HTMLElement>(focusable);
    (next ?? [...list.querySelectorAll<HTMLElement>(focusable)].at(-1))?.focus();
  });
}

/** Keeps the focus in a field whose button is replaced by the field's controls, or by another button. */
export function focusField({ target }: Pick<PressEvent, "target">): void {
  const field = target.closest("[data-pointer]");
  setTimeout(() => {
    const control = field?.querySelector(`:scope > [data-control]`) ?? field;
    control?.querySelector<HTMLElement>(focusable)?.focus();
  });
}

/** Keeps the focus in a form whose button, which discards the changes, goes with them: moves it to the first field. */
export function focusForm({ target }: Pick<PressEvent, "target">): void {
  const form = target.closest("form");
  setTimeout(() => {
    if (document.activeElement === document.body) form?.querySelector<HTMLElement>(focusable)?.focus();
  });
}

/** Keeps the focus in a list whose button, which clears the filter, goes with it: moves it to the filter. */
export function focusFilter({ target }: Pick<PressEvent, "target">): void {
  const list = target.closest("[role=dialog], main");
  setTimeout(() => {
    if (document.activeElement === document.body) list?.querySelector<HTMLElement>("input")?.focus();
  });
}

/**
 * The `ref` of a line that its own button may remove: the focus in it then goes to a line beside it, or else to what is
 * around it.
 */
export function passFocusBeside(line: HTMLElement | null): () => void {
  return () => {
    if (!line?.contains(document.activeElement)) return;
    const beside = [line.nextElementSibling, line.previousElementSibling];
    const next = beside.flatMap((one) => one?.querySelector<HTMLElement>(focusable) ?? []);
    const around = line.closest("section")?.querySelector<HTMLElement>("input, textarea");
    (next[0] ?? around ?? line.parentElement?.closest<HTMLElement>("[tabindex]"))?.focus();
  };
}

/** The `ref` of what its own button may remove: the focus in it then goes to what is around it. */
export function passFocusOn(element: HTMLElement | null): () => void {
  return () => {
    if (element?.contains(document.activeElement)) element.parentElement?.closest<HTMLElement>("[tabindex]")?.focus();
  };
}

/**
 * An element, and all around it that can have the focus when it is gone by then: what a button starts often removes the
 * button.
 */
export function focusPath(element: Element | null): HTMLElement[] {
  const path: HTMLElement[] = [];
  for (let one = element; one; one = one.parentElement) {
    if (one instanceof HTMLElement && (one === element || one.hasAttribute("tabindex"))) path.push(one);
  }
  return path;
}

/** Moves a focus that is lost to the first of a path that is there. */
export function restoreFocus(path: readonly HTMLElement[]): void {
  for (const one of path) {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && one.isConnected) one.focus();
  }
}

/** Moves the focus to a path, or else to the page, once what has it is gone. */
export function restoreFocusLater(path: readonly HTMLElement[]): void {
  const page = focusPath(document.querySelector("main"));
  setTimeout(() => restoreFocus([...path, ...page]));
}
