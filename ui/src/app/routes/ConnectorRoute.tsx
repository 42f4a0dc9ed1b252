import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useGo } from "@/components/useGo";
import { ConnectorPage } from "@/features/connectors/ConnectorPage";
import { RunsBrowser } from "@/features/runs/RunsBrowser";
import { ToolsPane } from "@/features/tools/ToolsPane";
import { useClientState } from "@/host/clientState";
import { listedAccount } from "../listedAccount";
import { useLayers } from "../LayersContext";

/** A connector's page, with the tools and runs that other features render. */
export function ConnectorRoute() {
  const { id } = useParams({ from: "/connectors/$id" });
  const { tab } = useSearch({ from: "/connectors/$id" });
  const [listed] = useClientState(listedAccount);
  const layers = useLayers();
  const navigate = useNavigate();
  const go = useGo();
  return (
    <ConnectorPage
      key={id}
      id={id}
      tab={tab ?? "overview"}
      onTab={(next) => void navigate({ to: "/connectors/$id", params: { id }, search: { tab: next }, replace: true })}
      onSignIn={layers.signIn}
      onCreateElsewhere={(of) => layers.create({ kind: "copy", of })}
      onLeave={() => go.connectors(listed ?? undefined)}
      renderTools={(shown) => <ToolsPane connector={shown} />}
      renderRuns={(shown) => <RunsBrowser connector={shown.id} />}
    />
  );
}
