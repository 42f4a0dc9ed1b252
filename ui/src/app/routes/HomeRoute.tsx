import { useCheckConnector } from "@/features/connectors/useConnectorActions";
import { HomePage } from "@/features/home/HomePage";
import { useLayers } from "../LayersContext";

export function HomeRoute() {
  const layers = useLayers();
  const check = useCheckConnector();
  return (
    <HomePage
      onAdd={layers.add}
      onAddAccount={layers.addAccount}
      onSignIn={layers.signIn}
      onCheck={(id) => check.mutate(id)}
    />
  );
}
