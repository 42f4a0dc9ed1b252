import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type AccountTab } from "@/components/accountTabs";
import { AccountPage } from "@/features/accounts/AccountPage";
import { useLayers } from "../LayersContext";

export function AccountRoute() {
  const { id } = useParams({ from: "/accounts/$id" });
  const { tab = "account", operation } = useSearch({ from: "/accounts/$id" });
  const navigate = useNavigate();
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
      onCreate={() => layers.create({ kind: "definition", account: id })}
    />
  );
}
