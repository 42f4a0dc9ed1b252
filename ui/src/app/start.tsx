import { type QueryClient } from "@tanstack/react-query";
import { createHashHistory } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { latestRuns } from "@/features/home/latestRuns";
import { queries } from "@/host/queries";
import { App } from "./App";
import { applyAppearance, complete } from "./appearance";
import { newQueryClient } from "./Providers";

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
  // Drawn once with everything in it, instead of anew with each answer.
  await Promise.race([content, new Promise((resolve) => setTimeout(resolve, patience))]);
  createRoot(root).render(<App client={client} history={createHashHistory()} />);
}

/** Reads what the sidebar and home show; what fails is shown by the view that wants it. */
function readFirstPage(client: QueryClient): Promise<unknown> {
  return Promise.all([
    client.prefetchQuery(queries.about()),
    client.prefetchQuery(queries.accounts()),
    client.prefetchQuery(queries.needs()),
    client.prefetchQuery(queries.connectors()),
    client.prefetchQuery(queries.tools(null)),
    client.prefetchQuery(queries.wallet()),
    client.prefetchQuery(queries.vault()),
    client.prefetchQuery(latestRuns()),
  ]);
}
