import { useNavigate, useSearch } from "@tanstack/react-router";
import { ConnectorsPage } from "@/features/connectors/ConnectorsPage";
import { useLayers } from "../LayersContext";
import { useOpenConnector } from "./useOpenConnector";

export function ConnectorsRoute() {
  const { account: shown } = useSearch({ from: "/connectors" });
  const layers = useLayers();
  const navigate = useNavigate();
  return (
    <ConnectorsPage
      account={shown ?? null}
      onAccount={(id) =>
        void navigate({ to: "/connectors", search: id === null ? {} : { account: id }, replace: true })
      }
      onAdd={() => layers.add()}
      onOpen={useOpenConnector()}
      onOpenAccount={(id) => void navigate({ to: "/accounts/$id", params: { id } })}
      onSignIn={layers.signIn}
    />
  );
}
