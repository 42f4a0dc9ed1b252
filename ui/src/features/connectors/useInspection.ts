import { useMutation } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { type AddressInspection, commands } from "@/host/bindings";
import { call } from "@/host/call";

/** Looks at an address, one at a time; a look that nobody waits for any more ends at the host at once. */
export function useInspection(onFound: (inspection: AddressInspection) => void) {
  const underway = useRef<string | null>(null);
  const { mutate: look, reset, isPending, error } = useMutation({
    mutationFn: (url: string) => {
      cancel(underway);
      const inspection = crypto.randomUUID();
      underway.current = inspection;
      return call(commands.inspectAddress(url, inspection)).finally(() => {
        if (underway.current === inspection) underway.current = null;
      });
    },
    onSuccess: onFound,
  });
  const stop = useCallback(() => {
    cancel(underway);
    reset();
  }, [reset]);
  // The dialog may be closed while it looks.
  useEffect(() => () => cancel(underway), []);
  return { look, stop, isPending, error };
}

function cancel(underway: { current: string | null }) {
  const inspection = underway.current;
  underway.current = null;
  if (inspection) void call(commands.cancelInspection(inspection));
}
