import { allOf } from "@/lib/words";
import { type Account, platforms } from "./bindings";

/** Whether connectors are synced from an account that one signs in to; not so for this computer. */
export function hasAccounts({ platform }: Pick<Account, "platform">): boolean {
  return platforms[platform].abilities.hasAccounts;
}

/** The names of the platforms with accounts: `A, B and C`. */
export function hostedTitles(): string {
  const hosted = Object.values(platforms).filter(({ abilities }) => abilities.hasAccounts);
  return allOf(hosted.map(({ title }) => title));
}
