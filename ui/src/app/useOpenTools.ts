import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { type ConnectorId } from "@/host/bindings";
import { queries } from "@/host/queries";

/**
 * Returns a function for a connector that was just added: its page switches from Overview to Tools once there are some.
 */
export function useOpenTools(): (id: ConnectorId) => void {
  const [added, setAdded] = useState<ConnectorId | null>(null);
  const phase = useRef<"opening" | "waiting" | "over">("over");
  const navigate = useNavigate();
  const { data: hasTools = false } = useQuery({
    ...queries.connectors(),
    enabled: added !== null,
    select: (connectors) =>
      connectors.some(({ id, status, toolCount }) => id === added && status.status === "ready" && Boolean(toolCount)),
  });
  const isThere = useRouterState({
    select: ({ location: { pathname, search } }) =>
      added !== null && pathname === `/connectors/${added}` && !("tab" in search && search.tab),
  });
  useEffect(() => {
    if (added === null || phase.current === "over") return;
    if (isThere && hasTools) {
      phase.current = "over";
      void navigate({ to: "/connectors/$id", params: { id: added }, search: { tab: "tools" }, replace: true });
    } else if (isThere) {
      phase.current = "waiting";
    } else if (phase.current === "waiting") {
      phase.current = "over";
    }
  }, [added, isThere, hasTools, navigate]);
  return (id) => {
    phase.current = "opening";
    setAdded(id);
  };
}
