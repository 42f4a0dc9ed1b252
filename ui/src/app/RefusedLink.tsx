import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { listen } from "@/host/events";
import { RefusedLinkDialog } from "./lazyLayers";

/** Says why a `patchbay://` link was not followed: at the start, and whenever another one comes. */
export function RefusedLink() {
  const { data: problem, mutate: take, reset } = useMutation({ mutationFn: () => call(commands.takeRefusedLink()) });
  useEffect(() => {
    take();
    return listen((event) => {
      if (event.kind === "link_refused") take();
    });
  }, [take]);
  return problem ? <RefusedLinkDialog problem={problem} onClose={reset} /> : null;
}
