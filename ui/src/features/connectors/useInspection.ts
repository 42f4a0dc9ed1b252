import { useCallback, useEffect, useRef } from "react";
import { type AddressInspection, commands } from "@/host/bindings";
import { call } from "@/host/call";
import { useCommand } from "@/host/useCommand";

/** Inspects one address at a time. A superseded or abandoned inspection is cancelled at the host. */
export function useInspection(onFound: (inspection: AddressInspection) => void) {
  const pendingId = useRef<string | null>(null);
  const {
    mutate: run,
    reset,
    isPending,
    error,
  } = useCommand({
    mutationFn: (url: string) => {
      cancel(pendingId);
      const inspection = crypto.randomUUID();
      pendingId.current = inspection;
      return call(commands.inspectAddress(url, inspection)).finally(() => {
        if (pendingId.current === inspection) pendingId.current = null;
      });
    },
    update: (_client, inspection) => onFound(inspection),
  });
  const stop = useCallback(() => {
    cancel(pendingId);
    reset();
  }, [reset]);
  // The dialog may be closed during an inspection.
  useEffect(() => () => cancel(pendingId), []);
  return { run, stop, isPending, error };
}

function cancel(pendingId: { current: string | null }) {
  const inspection = pendingId.current;
  pendingId.current = null;
  if (inspection) void call(commands.cancelInspection(inspection));
}
