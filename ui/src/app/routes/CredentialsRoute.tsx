import { CredentialsPage } from "@/features/credentials/CredentialsPage";
import { useGo } from "../useGo";

export function CredentialsRoute() {
  const go = useGo();
  return (
    <CredentialsPage
      onOpenConnector={go.connector}
      onOpenAccount={go.account}
      onOpenCredentials={(id) => go.connector(id, "credentials")}
    />
  );
}
