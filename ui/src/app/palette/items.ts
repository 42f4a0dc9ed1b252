import { type Connector, type Platform } from "@/host/bindings";
import { type GlyphName } from "@/components/StatusGlyph";
import { type IconName } from "@/components/Icon";
import { type Keys } from "@/components/shortcutTable";
import { score, splitWords } from "@/lib/match";

/** Groups in display order, with the prefix that limits the search to one. */
export const groups = [
  { id: "needs", label: "Needs attention", prefix: null },
  { id: "tools", label: "Tools", prefix: "/" },
  { id: "connectors", label: "Connectors", prefix: "@" },
  { id: "runs", label: "Runs", prefix: "#" },
  { id: "credentials", label: "Credentials", prefix: "$" },
  { id: "do", label: "Commands", prefix: ">" },
] as const;

export type GroupId = (typeof groups)[number]["id"];

export type Item = {
  id: string;
  group: GroupId;
  text: string;
  detail: string;
  /** Left of the text: an icon, a connector's mark, or a platform's tile. */
  start: IconName | { connector: Connector } | { platform: Platform };
  /** Set in monospace, for names as they are on the wire. */
  mono?: boolean;
  status?: { glyph: GlyphName; word: string };
  keys?: Keys;
  run: () => void;
};

const shownEach = 5;

/** Returns the best matches of each group; more of them when a prefix selects one group. */
export function findItems(items: Item[], query: string): { groupId: GroupId; label: string; items: Item[] }[] {
  const prefixed = groups.find((group) => group.prefix && query.startsWith(group.prefix));
  const words = splitWords(prefixed ? query.slice(1) : query);
  const limit = prefixed ? 50 : words.length === 0 ? 4 : shownEach;
  return groups
    .filter((group) => !prefixed || group.id === prefixed.id)
    .map((group) => ({
      groupId: group.id,
      label: group.label,
      items: items
        .filter((item) => item.group === group.id)
        .map((item) => ({ item, score: score(words, [item.text, item.detail]) }))
        .filter((found) => found.score !== null)
        .sort((left, right) => (right.score ?? 0) - (left.score ?? 0))
        .slice(0, limit)
        .map((found) => found.item),
    }))
    .filter((group) => group.items.length > 0);
}
