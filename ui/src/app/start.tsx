import { type QueryClient } from "@tanstack/react-query";
import { createHashHistory } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { latestRuns } from "@/features/home/latestRuns";
import { deferLongReads } from "@/host/firstPaint";
import { queries } from "@/host/queries";
import { compareText } from "@/lib/order";
import { App } from "./App";
import { applyAppearance, complete } from "./appearance";
import { newQueryClient } from "@/host/queryClient";

/** Longest wait for what the first page shows, in milliseconds; a keychain may wait for a person. */
const patience = 250;

/** Draws the window into `#root`, in the looks that the user chose. */
export async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (!root) return;
  const client = newQueryClient();
  const content = readFirstPage(client);
  // Looks first: what is drawn once in the wrong colours flashes. Without an answer the usual ones do.
  const preferences = await client.fetchQuery(queries.preferences()).catch(() => undefined);
  applyAppearance(complete(preferences));
  // Rendered once with everything in it, instead of again with each answer.
  await Promise.race([content, new Promise((resolve) => setTimeout(resolve, patience))]);
  if (!isHome()) deferLongReads();
  createRoot(root).render(<App client={client} history={createHashHistory()} />);
}

/** Reads what the sidebar and the first page show; what fails is shown by the view that wants it. */
function readFirstPage(client: QueryClient): Promise<unknown> {
  return Promise.all([
    client.prefetchQuery(queries.about()),
    client.prefetchQuery(queries.accounts()),
    readConnectors(client),
    client.prefetchQuery(queries.tools(null)),
    client.prefetchQuery(queries.wallet()),
    client.prefetchQuery(queries.vault()),
    // Over a long list of connectors these take a moment, which only home has reason to wait for.
    ...(isHome() ? [client.prefetchQuery(queries.needs()), client.prefetchQuery(latestRuns())] : []),
  ]);
}

function isHome(): boolean {
  return ["", "#/"].includes(location.hash);
}

/** A short list is whole in its beginning; a long one follows once that is drawn. */
async function readConnectors(client: QueryClient): Promise<void> {
  const first = await client.fetchQuery(queries.firstConnectors());
  if (first.total > first.connectors.length) return;
  client.setQueryData(
    queries.connectors().queryKey,
    first.connectors.toSorted((left, right) => compareText(left.title, right.title)),
  );
}
