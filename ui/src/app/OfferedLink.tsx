import { useEffect } from "react";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { listen } from "@/host/events";
import { useCommand } from "@/host/useCommand";

type Props = {
  /** Whether no dialog is open: a link that comes meanwhile waits. */
  isFree: boolean;
  onOffered: (link: string) => void;
};

/** Takes a `patchbay://install` link: at the start, and whenever another one comes. */
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
