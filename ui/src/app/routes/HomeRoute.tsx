import { useNavigate } from "@tanstack/react-router";
import { useCheckConnector } from "@/features/connectors/useConnectorActions";
import { HomePage } from "@/features/home/HomePage";
import { useLayers } from "../LayersContext";
import { useOpenConnector } from "./useOpenConnector";

export function HomeRoute() {
  const layers = useLayers();
  const navigate = useNavigate();
  const check = useCheckConnector();
  return (
    <HomePage
      onAdd={layers.add}
      onAddAccount={layers.addAccount}
      onSignIn={layers.signIn}
      onOpenConnector={useOpenConnector()}
      onCheck={(id) => check.mutate(id)}
      onOpenAccount={(id) => void navigate({ to: "/accounts/$id", params: { id } })}
      onOpenRun={(id) => void navigate({ to: "/runs/$run", params: { run: id } })}
      onOpenRuns={() => void navigate({ to: "/runs" })}
      onOpenCatalogue={() => void navigate({ to: "/catalogue" })}
      onOpenCredentials={() => void navigate({ to: "/credentials" })}
      onOpenSettings={() => void navigate({ to: "/settings" })}
    />
  );
}
