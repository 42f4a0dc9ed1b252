import { CredentialsPage } from "@/features/credentials/CredentialsPage";
import { useLayers } from "../LayersContext";
import { useGo } from "../useGo";

export function CredentialsRoute() {
  const go = useGo();
  const layers = useLayers();
  return (
    <CredentialsPage
      onOpenConnector={go.connector}
      onOpenAccount={go.account}
      onAddAccount={layers.addAccount}
      onAddConnector={() => layers.add()}
      onOpenCredentials={(id) => go.connector(id, "credentials")}
    />
  );
}
