import { useEffect, useState } from "react";
import { commands, type Problem } from "@/host/bindings";
import { listen } from "@/host/events";
import { useCommand } from "@/host/useCommand";
import { RefusedLinkDialog } from "./lazyLayers";

/** Explains why a `patchbay://` link was rejected: a pending one at the start, then each as it arrives. */
export function RefusedLink() {
  const [problem, setProblem] = useState<Problem | null>(null);
  const { mutate: take } = useCommand({
    command: () => commands.takeRefusedLink(),
    // The event of a link that was taken already has nothing to take.
    onSuccess: (taken) => setProblem((shown) => taken ?? shown),
  });
  useEffect(() => {
    take();
    return listen((event) => {
      if (event.kind === "link_refused") take();
    });
  }, [take]);
  return problem ? <RefusedLinkDialog problem={problem} onClose={() => setProblem(null)} /> : null;
}
