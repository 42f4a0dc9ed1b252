import { type QueryClient } from "@tanstack/react-query";
import { type Account, type AccountId, type Connector, type ConnectorId } from "./bindings";
import { queries } from "./queries";

type Identified = { id: string };

/** Replaces the item with the same id, or appends it. */
function upsert<T extends Identified>(list: T[] | undefined, item: T): T[] | undefined {
  if (!list?.some((other) => other.id === item.id)) return list && [...list, item];
  return list.map((other) => (other.id === item.id ? item : other));
}

function without<T extends Identified>(list: T[] | undefined, id: string): T[] | undefined {
  return list?.filter((other) => other.id !== id);
}

export function upsertAccount(client: QueryClient, account: Account): void {
  client.setQueryData(queries.accounts().queryKey, (list) => upsert(list, account));
}

export function removeAccount(client: QueryClient, id: AccountId): void {
  client.setQueryData(queries.accounts().queryKey, (list) => without(list, id));
}

/** Stores a connector in the list and by itself. */
export function upsertConnector(client: QueryClient, connector: Connector): void {
  client.setQueryData(queries.connectors().queryKey, (list) => upsert(list, connector));
  client.setQueryData(queries.connector(connector.id).queryKey, connector);
}

export function removeConnector(client: QueryClient, id: ConnectorId): void {
  client.setQueryData(queries.connectors().queryKey, (list) => without(list, id));
}
