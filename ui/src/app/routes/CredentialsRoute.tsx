import { CredentialsPage } from "@/features/credentials/CredentialsPage";
import { useOpenConnector } from "./useOpenConnector";

/** The wallet. */
export function CredentialsRoute() {
  const openConnector = useOpenConnector();
  return <CredentialsPage onOpenConnector={(id) => openConnector(id)} />;
}
