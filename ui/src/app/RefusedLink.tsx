import { useEffect } from "react";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { listen } from "@/host/events";
import { useCommand } from "@/host/useCommand";
import { RefusedLinkDialog } from "./lazyLayers";

/** Explains why a `patchbay://` link was rejected: a pending one at the start, then each as it arrives. */
export function RefusedLink() {
  const { data: problem, mutate: take, reset } = useCommand({ mutationFn: () => call(commands.takeRefusedLink()) });
  useEffect(() => {
    take();
    return listen((event) => {
      if (event.kind === "link_refused") take();
    });
  }, [take]);
  return problem ? <RefusedLinkDialog problem={problem} onClose={reset} /> : null;
}
