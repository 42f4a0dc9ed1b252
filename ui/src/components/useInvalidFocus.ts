import { type RefObject, useEffect } from "react";

/** An input with an error, or the button of a menu with one. */
const invalidInput = ":is(input, textarea)[aria-invalid=true], [data-invalid] > button";

/** Moves the focus to the first invalid field of a form whenever it gets other errors; `undefined` for none. */
export function useInvalidFocus(form: RefObject<HTMLElement | null>, errors: unknown): void {
  useEffect(() => {
    // Arrow keys on tabs may open a form that has errors: the focus stays on the tabs.
    if (errors === undefined || document.activeElement?.role === "tab") return;
    form.current?.querySelector<HTMLElement>(invalidInput)?.focus();
  }, [form, errors]);
}
