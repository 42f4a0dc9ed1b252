import { type QueryClient } from "@tanstack/react-query";
import { createHashHistory } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { latestRuns } from "@/features/home/latestRuns";
import { listenFirst } from "@/host/events";
import { deferLongReads } from "@/host/firstPaint";
import { queries } from "@/host/queries";
import { compareText } from "@/lib/order";
import { App } from "./App";
import { applyAppearance, withDefaults } from "./appearance";
import { newQueryClient } from "@/host/queryClient";

/** Maximum wait for the first page's data, in milliseconds; a keychain may be waiting for the user. */
const maxWait = 250;

/** Renders the window into `#root`, in the saved appearance. */
export async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (!root) return;
  const client = newQueryClient();
  const content = listenFirst(client, () => readFirstPage(client));
  // Preferences come first, because a wrong colour scheme would flash. If they fail to load, defaults apply.
  const preferences = await client.fetchQuery(queries.preferences()).catch(() => undefined);
  applyAppearance(withDefaults(preferences));
  // Renders once with all data instead of again with each response.
  await Promise.race([content, new Promise((resolve) => setTimeout(resolve, maxWait))]);
  if (!isHome()) deferLongReads();
  createRoot(root).render(<App client={client} history={createHashHistory()} />);
}

/** Prefetches the data of the sidebar and the first page. Views show any failure themselves. */
function readFirstPage(client: QueryClient): Promise<unknown> {
  return Promise.all([
    client.prefetchQuery(queries.about()),
    client.prefetchQuery(queries.accounts()),
    readConnectors(client),
    client.prefetchQuery(queries.tools(null)),
    client.prefetchQuery(queries.wallet()),
    client.prefetchQuery(queries.vault()),
    // Slow with many connectors, and only needed on Home.
    ...(isHome() ? [client.prefetchQuery(queries.needs()), client.prefetchQuery(latestRuns())] : []),
  ]);
}

function isHome(): boolean {
  return ["", "#/"].includes(location.hash);
}

/** Reads the first connectors. A short list is then complete; the rest of a long one loads after the first paint. */
async function readConnectors(client: QueryClient): Promise<void> {
  const first = await client.fetchQuery(queries.firstConnectors()).catch(() => undefined);
  if (!first || first.total > first.connectors.length) return;
  client.setQueryData(
    queries.connectors().queryKey,
    first.connectors.toSorted((left, right) => compareText(left.title, right.title)),
  );
}
