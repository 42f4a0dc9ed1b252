import { type Tool, type ToolEffect, type ToolSummary } from "@/host/bindings";
import { hasWords, splitWords } from "@/lib/match";

/** Words of what a tool does to the world: as a group, and as a tag. */
export const effects: Record<ToolEffect, { group: string; tag: string }> = {
  read: { group: "Read-only", tag: "Read-only" },
  write: { group: "Makes changes", tag: "Makes changes" },
  destructive: { group: "Destructive", tag: "Destructive" },
};

const order: ToolEffect[] = ["read", "write", "destructive"];

/** What both a tool and its summary say. */
type Shown = Pick<Tool, "name" | "title" | "description" | "effect">;

/** The tools that match every word of `filter`, grouped by effect in a fixed order. */
export function groupTools(
  tools: readonly ToolSummary[],
  filter: string,
): { effect: ToolEffect; tools: ToolSummary[] }[] {
  const words = splitWords(filter);
  const matching = tools.filter((tool) => hasWords(searchText(tool), words));
  return order
    .map((effect) => ({ effect, tools: matching.filter((tool) => tool.effect === effect) }))
    .filter((group) => group.tools.length > 0);
}

/** What a filter looks for words in: name, title, description, effect and `more`, in lower case. */
export function searchText(tool: Shown, more = ""): string {
  return `${tool.name} ${tool.title ?? ""} ${tool.description ?? ""} ${effects[tool.effect].tag} ${more}`.toLowerCase();
}

/** What a tool does, as words on a button: its title, or `delete_branch` as "Delete branch". */
export function toolVerb(tool: Shown): string {
  return tool.title ?? nameWords(tool);
}

/** The title of a tool where it says more than the name: `search` may be a "Test search". */
export function ownTitle(tool: Shown): string | null {
  return tool.title && tool.title.toLowerCase() !== nameWords(tool).toLowerCase() ? tool.title : null;
}

function nameWords(tool: Shown): string {
  const words = tool.name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[_\-.]+/g, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
