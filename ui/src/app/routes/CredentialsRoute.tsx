import { CredentialsPage } from "@/features/credentials/CredentialsPage";
import { useLayers } from "../LayersContext";

export function CredentialsRoute() {
  const layers = useLayers();
  return <CredentialsPage onAddAccount={layers.addAccount} onAddConnector={() => layers.add()} />;
}
