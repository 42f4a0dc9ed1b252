import { type Tool, type ToolEffect, type ToolSummary } from "@/host/bindings";
import { hasWords, splitWords } from "@/lib/match";

/** Labels of the effects, as a group and as a tag. */
export const effects: Record<ToolEffect, { group: string; tag: string }> = {
  read: { group: "Read-only", tag: "Read-only" },
  write: { group: "Makes changes", tag: "Makes changes" },
  destructive: { group: "Destructive", tag: "Destructive" },
};

const order: ToolEffect[] = ["read", "write", "destructive"];

/** Common properties of a tool and its summary. */
type Shown = Pick<Tool, "name" | "title" | "description" | "effect">;

/** Returns the tools that contain every word of `filter`, grouped by effect. */
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

/** The lower-case text that filters search: name, title, description, effect and `more`. */
export function searchText(tool: Shown, more = ""): string {
  return `${tool.name} ${tool.title ?? ""} ${tool.description ?? ""} ${effects[tool.effect].tag} ${more}`.toLowerCase();
}

/** The action of a tool, for buttons: its title, or `delete_branch` as "Delete branch". */
export function toolVerb(tool: Shown): string {
  return tool.title ?? nameWords(tool);
}

/** The title of a tool if it differs from its name: `search` may be a "Test search". */
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
