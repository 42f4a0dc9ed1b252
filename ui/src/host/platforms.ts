import { allOf } from "@/lib/words";
import { type Account, platforms } from "./bindings";

/** Whether one signs in to it as an account, and its connectors are fetched; this computer is there without. */
export function hasAccounts({ platform }: Pick<Account, "platform">): boolean {
  return platforms[platform].abilities.hasAccounts;
}

/** What the platforms are called that one can sign in to, as one says it: `A, B and C`. */
export function hostedTitles(): string {
  const hosted = Object.values(platforms).filter(({ abilities }) => abilities.hasAccounts);
  return allOf(hosted.map(({ title }) => title));
}
