import { useCallback, useEffect, useRef } from "react";
import { type AddressInspection, commands } from "@/host/bindings";
import { call } from "@/host/call";
import { useToasts } from "@/host/toasts";
import { useCommand } from "@/host/useCommand";
import { shortAddress } from "@/lib/words";

/** Inspects one address at a time. One that is superseded or stopped is cancelled, and its result ignored. */
export function useInspection(onFound: (inspection: AddressInspection) => void) {
  const { announce } = useToasts();
  const pendingId = useRef<string | null>(null);
  const {
    mutate: run,
    reset,
    isPending,
    submittedAt: since,
    error,
  } = useCommand({
    onMutate: (url: string) => announce(`Checking ${hostOf(url)}`),
    mutationFn: async (url: string) => {
      cancel(pendingId);
      const id = crypto.randomUUID();
      pendingId.current = id;
      const isLatest = () => pendingId.current === id;
      try {
        const inspection = await call(commands.inspectAddress(url, id));
        return isLatest() ? inspection : null;
      } finally {
        if (isLatest()) pendingId.current = null;
      }
    },
    update: (_client, inspection) => inspection && onFound(inspection),
  });
  const stop = useCallback(() => {
    cancel(pendingId);
    reset();
  }, [reset]);
  // The dialog may be closed during an inspection.
  useEffect(() => () => cancel(pendingId), []);
  return { run, stop, isPending, since, error };
}

/** The host of an address, and its port. */
export function hostOf(address: string): string {
  return shortAddress(address).split("/")[0] ?? "";
}

function cancel(pendingId: { current: string | null }) {
  const inspection = pendingId.current;
  pendingId.current = null;
  if (inspection) void call(commands.cancelInspection(inspection));
}
