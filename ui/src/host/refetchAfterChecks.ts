import { hashKey, type QueryClient } from "@tanstack/react-query";
import { type Connector, type ConnectorId } from "./bindings";
import { invalidate, keys } from "./queries";

/**
 * Invalidates what a platform says of a connector after each check of the connector, wherever it came from: a check,
 * a sign-in, an action here or by the command line. The list of connectors tells when the last one was.
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
