import { useEffect, useEffectEvent } from "react";
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
  const { mutateAsync: take } = useCommand({ mutationFn: () => call(commands.takeOfferedLink()) });
  const show = useEffectEvent(async () => {
    const link = await take();
    if (link !== null) onOffered(link);
  });
  useEffect(() => {
    if (!isFree) return;
    void show();
    return listen((event) => {
      if (event.kind === "link_offered") void show();
    });
  }, [isFree]);
  return null;
}
