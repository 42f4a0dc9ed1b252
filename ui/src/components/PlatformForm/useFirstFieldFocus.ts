import { useCallback, useRef } from "react";
import { type SchemaFormHandle } from "../SchemaForm/schemaFormProps";

/**
 * Focuses the first field of a form when it appears, which is later than the dialog around it, because the form is
 * loaded lazily. `box` is the element around the form, `setHandle` its `ref`.
 */
export function useFirstFieldFocus(isEnabled: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const handle = useRef<SchemaFormHandle>(null);
  const setHandle = useCallback(
    (next: SchemaFormHandle | null) => {
      if (next && !handle.current && isEnabled)
        box.current?.querySelector<HTMLElement>("input:not([type=hidden]), textarea")?.focus();
      handle.current = next;
    },
    [isEnabled],
  );
  return { box, handle, setHandle };
}
