import { useNavigate } from "@tanstack/react-router";
import { CredentialsPage } from "@/features/credentials/CredentialsPage";
import { useOpenConnector } from "./useOpenConnector";

export function CredentialsRoute() {
  const openConnector = useOpenConnector();
  const navigate = useNavigate();
  return (
    <CredentialsPage
      onOpenConnector={(id) => openConnector(id)}
      onOpenAccount={(id) => void navigate({ to: "/accounts/$id", params: { id } })}
      onOpenCredentials={(id) => openConnector(id, "credentials")}
    />
  );
}
