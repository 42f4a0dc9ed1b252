import { useCheckConnector } from "@/features/connectors/useConnectorActions";
import { HomePage } from "@/features/home/HomePage";
import { useLayers } from "../LayersContext";
import { useGo } from "../useGo";

export function HomeRoute() {
  const layers = useLayers();
  const go = useGo();
  const check = useCheckConnector();
  return (
    <HomePage
      onAdd={layers.add}
      onAddAccount={layers.addAccount}
      onSignIn={layers.signIn}
      onOpenConnector={go.connector}
      onCheck={(id) => check.mutate(id)}
      onOpenAccount={go.account}
      onOpenRun={go.run}
      onOpenRuns={go.runs}
      onOpenCatalogue={go.catalogue}
      onOpenCredentials={go.credentials}
      onOpenSettings={go.settings}
    />
  );
}
