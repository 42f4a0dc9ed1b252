import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { ConnectorsPage } from "@/features/connectors/ConnectorsPage";
import { useClientState } from "@/host/clientState";
import { listedAccount } from "../listedAccount";
import { useLayers } from "../LayersContext";

export function ConnectorsRoute() {
  const { account: shown } = useSearch({ from: "/connectors" });
  const [, setListed] = useClientState(listedAccount);
  useEffect(() => setListed(shown ?? null), [shown, setListed]);
  const layers = useLayers();
  const navigate = useNavigate();
  return (
    <ConnectorsPage
      account={shown ?? null}
      onAccount={(id) =>
        void navigate({ to: "/connectors", search: id === null ? {} : { account: id }, replace: true })
      }
      onAdd={() => layers.add()}
      onSignIn={layers.signIn}
    />
  );
}
