import { useQueries, useQuery } from "@tanstack/react-query";
import { type Account, type CatalogueEntry, commands, type Problem } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { clientState, stateKey, useClientState } from "@/host/clientState";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { count } from "@/lib/words";
import { type CatalogueItem, definitionItem, serverItem } from "./catalogueItems";

/** A source of the catalogue with the entries loaded so far. */
export type Source = {
  key: string;
  title: string;
  account: Account | null;
  items: CatalogueItem[];
  isLoading: boolean;
  problem: Problem | null;
  retry: () => void;
};

/** Entries of the registry file; kept as long as the window is open. */
const registryFile = stateKey<CatalogueEntry[]>([], "registry-file");

/** All sources: a registry file if one was read, each hosted account, and the well-known servers. */
export function useCatalogue() {
  const accounts = useQuery(queries.accounts());
  const known = useQuery(queries.catalogue());
  const [file] = useClientState(registryFile);
  const hosted = (accounts.data ?? []).filter(hasAccounts);
  const definitions = useQueries({ queries: hosted.map((account) => queries.definitions(account.id)) });
  const accountSources = hosted.map((account, index): Source => {
    const answer = definitions[index];
    return {
      key: account.id,
      title: account.label,
      account,
      items: (answer?.data ?? []).map((definition) => definitionItem(account, definition)),
      isLoading: answer?.isFetching ?? false,
      problem: answer?.error && !answer.isFetching ? asProblem(answer.error) : null,
      retry: () => void answer?.refetch(),
    };
  });
  const serverSource = (key: "known" | "file", title: string, entries: CatalogueEntry[]): Source => ({
    key,
    title,
    account: null,
    items: entries.map((entry) => serverItem(key, entry)),
    isLoading: false,
    problem: null,
    retry: () => undefined,
  });
  const sources: Source[] = [
    ...(file.length > 0 ? [serverSource("file", "Registry file", file)] : []),
    ...accountSources,
    {
      ...serverSource("known", "Well-known MCP servers", known.data ?? []),
      isLoading: known.isFetching,
      problem: known.error && asProblem(known.error),
      retry: () => void known.refetch(),
    },
  ];
  return {
    sources,
    /** Whether some have never been loaded, so that nobody knows how many entries there are. */
    isLoading: [accounts, known, ...definitions].some(({ isPending }) => isPending),
    error: accounts.error,
    retry: () => void accounts.refetch(),
  };
}

/** Reads a file of the MCP registry into the catalogue, replacing the previous file; not by one without servers. */
export function useReadRegistryFile() {
  return useCommand({
    command: commands.readRegistryFile,
    update: (client, entries) => entries.length > 0 && clientState(client).set(registryFile, entries),
    toast: (entries) => (entries.length > 0 ? `${count(entries.length, "server")} loaded` : null),
  });
}
