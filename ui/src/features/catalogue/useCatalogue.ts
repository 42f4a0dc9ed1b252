import { useQueries, useQuery } from "@tanstack/react-query";
import { type Account, type CatalogueEntry, commands, type Problem } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { clientState, stateKey, useClientState } from "@/host/clientState";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { count } from "@/lib/words";
import { type CatalogueItem } from "./catalogueItems";

/** One source of the catalogue, with what it offers so far. */
export type Source = {
  key: string;
  title: string;
  account: Account | null;
  items: CatalogueItem[];
  /** Whether it is being asked. */
  isLoading: boolean;
  problem: Problem | null;
  retry: () => void;
};

/** What was read of a registry file; kept for as long as the window is open. */
const registryFile = stateKey<CatalogueEntry[]>([], "registry-file");

/** Every source: each hosted account by itself, the servers that are known, and a registry file once one was read. */
export function useCatalogue(): { sources: Source[]; isRead: boolean; problem: Problem | null; retry: () => void } {
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
      items: (answer?.data ?? []).map((definition) => ({ kind: "definition", account, definition })),
      isLoading: answer?.isFetching ?? false,
      problem: answer?.error && !answer.isFetching ? asProblem(answer.error) : null,
      retry: () => void answer?.refetch(),
    };
  });
  const servers = (list: "known" | "file", entries: CatalogueEntry[]): CatalogueItem[] =>
    entries.map((entry) => ({ kind: "server", list, entry }));
  const sources: Source[] = [
    ...(file.length > 0
      ? [
          {
            key: "file",
            title: "Registry file",
            account: null,
            items: servers("file", file),
            isLoading: false,
            problem: null,
            retry: () => undefined,
          },
        ]
      : []),
    ...accountSources,
    {
      key: "known",
      title: "Well-known MCP servers",
      account: null,
      items: servers("known", known.data ?? []),
      isLoading: known.isFetching,
      problem: known.error ? asProblem(known.error) : null,
      retry: () => void known.refetch(),
    },
  ];
  return {
    sources,
    isRead: accounts.data !== undefined,
    problem: accounts.error ? asProblem(accounts.error) : null,
    retry: () => void accounts.refetch(),
  };
}

/** Reads a file of the MCP registry into the catalogue, in place of the one before. */
export function useReadRegistryFile() {
  return useCommand({
    mutationFn: (text: string) => call(commands.readRegistryFile(text)),
    update: (client, entries) => clientState(client).set(registryFile, entries),
    toast: (entries) =>
      entries.length === 0 ? "No servers in this file" : `${count(entries.length, "server")} loaded`,
  });
}
