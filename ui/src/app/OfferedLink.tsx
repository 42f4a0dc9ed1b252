import { useEffect } from "react";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { listen } from "@/host/events";
import { useCommand } from "@/host/useCommand";

type Props = {
  /** Whether no dialog is open; links wait until then. */
  isFree: boolean;
  onOffered: (link: string) => void;
};

/** Handles `patchbay://install` links: a pending one at the start, then each as it arrives. */
export function OfferedLink({ isFree, onOffered }: Props) {
  const { mutate: take } = useCommand({
    mutationFn: () => call(commands.takeOfferedLink()),
    onSuccess: (link) => link !== null && onOffered(link),
  });
  useEffect(() => {
    if (!isFree) return;
    take();
    return listen((event) => {
      if (event.kind === "link_offered") take();
    });
  }, [isFree, take]);
  return null;
}
