import { hashKey, type QueryClient } from "@tanstack/react-query";
import { type Connector, type ConnectorId } from "./bindings";
import { invalidate, keys } from "./queries";

/**
 * Invalidates a connector's platform data after each check, whatever triggered it. The list of connectors has the time
 * of the last check.
 */
export function refetchAfterChecks(client: QueryClient): void {
  const list = hashKey(keys.connectors);
  let checks: ReadonlyMap<ConnectorId, string | null> = new Map();
  client.getQueryCache().subscribe(({ type, query }) => {
    if (type !== "updated" || query.queryHash !== list || !query.state.data) return;
    const before = checks;
    checks = new Map((query.state.data as Connector[]).map(({ id, status }) => [id, status.checkedAt]));
    for (const [id, checkedAt] of checks) {
      if (before.has(id) && before.get(id) !== checkedAt) void invalidate(client, keys.hostedState(id));
    }
  });
}
