import { useQueries, useQuery } from "@tanstack/react-query";
import { type Platform, type WalletEntry, type WalletEntryId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { count } from "@/lib/words";
import { typedKindOf } from "./secretForm";
import { isRotating } from "./targetWords";

/** Where an entry is used, as far as is known. */
export type SecretUsage = {
  /** Names of connectors and accounts. */
  titles: string[];
  platforms: Platform[];
  /** Whether its uses by accounts and platforms are known too. */
  isKnown: boolean;
  isRotating: boolean;
};

/**
 * Where each entry is used. Accounts and platforms can only use secrets that can be entered; their uses are read while
 * the vault is open.
 */
export function useSecretUsage(
  wallet: readonly WalletEntry[],
  isOpen: boolean,
): ReadonlyMap<WalletEntryId, SecretUsage> {
  const platformOf = usePlatformOf();
  const { data: connectors } = useQuery(queries.connectors());
  const placed = wallet.filter((entry) => typedKindOf(entry.kind, entry.reference) !== null);
  const plans = useQueries({ queries: placed.map((entry) => ({ ...queries.rotation(entry.id), enabled: isOpen })) });
  const planOf = new Map(placed.map((entry, index) => [entry.id, plans[index]?.data]));
  return new Map(
    wallet.map((entry): [WalletEntryId, SecretUsage] => {
      const plan = planOf.get(entry.id);
      const targets = plan
        ? plan.targets.map((target) => ({ title: target.title, platform: platformOf(target.account) }))
        : entry.usedBy.map((user) => ({
            title: user.title,
            platform: connectors?.find((one) => one.id === user.connector)?.identity.platform ?? "local",
          }));
      return [
        entry.id,
        {
          titles: targets.map((target) => target.title),
          platforms: [...new Set(targets.map((target) => target.platform))],
          isKnown: plan !== undefined || !planOf.has(entry.id),
          isRotating: plan !== undefined && isRotating(plan),
        },
      ];
    }),
  );
}

/** Returns a function that finds the platform of an account by its label. */
export function usePlatformOf(): (account: string) => Platform {
  const { data: accounts } = useQuery(queries.accounts());
  return (label) => accounts?.find((account) => account.label === label)?.platform ?? "local";
}

/** `Not used`, `Used in 1 place`, `Used in 4 places`. */
export function usageText(targets: number): string {
  return targets === 0 ? "Not used" : `Used in ${count(targets, "place")}`;
}

export const unknownUse = "Accounts and platforms may use it. That can't be checked right now.";
