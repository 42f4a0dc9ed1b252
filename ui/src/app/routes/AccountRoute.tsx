import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { AccountPage } from "@/features/accounts/AccountPage";
import { type AccountTab } from "@/features/accounts/accountTabs";
import { useLayers } from "../LayersContext";
import { useGo } from "../useGo";

export function AccountRoute() {
  const { id } = useParams({ from: "/accounts/$id" });
  const { tab = "account", operation } = useSearch({ from: "/accounts/$id" });
  const navigate = useNavigate();
  const go = useGo();
  const layers = useLayers();
  const show = (search: { tab?: AccountTab; operation?: string }) =>
    void navigate({ to: "/accounts/$id", params: { id }, search, replace: true });
  return (
    <AccountPage
      key={id}
      id={id}
      tab={tab}
      onTab={(next) => show({ tab: next, operation })}
      operation={operation ?? null}
      onOperation={(name) => show({ tab: "operations", operation: name })}
      onShowConnectors={() => go.connectors(id)}
      onCreate={() => layers.create({ kind: "definition", account: id })}
      onLeave={() => go.connectors()}
    />
  );
}
