import { createHashHistory } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { queries } from "@/host/queries";
import { App } from "./App";
import { applyAppearance, complete } from "./appearance";
import { newQueryClient } from "./Providers";

/** Draws the window into `#root`, in the looks that the user chose. */
export async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (!root) return;
  const client = newQueryClient();
  // Looks first: what is drawn once in the wrong colours flashes. Without an answer the usual ones do.
  const preferences = await client.fetchQuery(queries.preferences()).catch(() => undefined);
  applyAppearance(complete(preferences));
  createRoot(root).render(<App client={client} history={createHashHistory()} />);
}
