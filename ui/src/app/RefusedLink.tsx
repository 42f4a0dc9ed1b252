import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ProblemNotice } from "@/components/ProblemNotice";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { listenForNews } from "@/host/events";

/** Says why a `patchbay://` link was not followed: at the start, and whenever another one comes. */
export function RefusedLink() {
  const { data: problem, mutate: take, reset } = useMutation({ mutationFn: () => call(commands.takeRefusedLink()) });
  useEffect(() => {
    take();
    return listenForNews((news) => {
      if (news.kind === "link_refused") take();
    });
  }, [take]);
  if (!problem) return null;
  return (
    <Dialog alert title="The link was not followed" onClose={reset} footer={<Button autoFocus onPress={reset}>Close</Button>}>
      <ProblemNotice problem={problem} />
    </Dialog>
  );
}
