import { type Tool, type ToolEffect } from "@/host/bindings";

/** Words of what a tool does to the world: as a group, and as a tag. */
export const effects: Record<ToolEffect, { group: string; tag: string }> = {
  read: { group: "Read-only", tag: "Read-only" },
  write: { group: "Makes changes", tag: "Makes changes" },
  destructive: { group: "Destructive", tag: "Destructive" },
};

const order: ToolEffect[] = ["read", "write", "destructive"];

/** A tool and where it stands in the server's list: a server may send one name twice. */
export type ListedTool = { tool: Tool; key: string };

export function listed(tools: readonly Tool[]): ListedTool[] {
  const seen = new Map<string, number>();
  return tools.map((tool) => {
    const times = seen.get(tool.name) ?? 0;
    seen.set(tool.name, times + 1);
    return { tool, key: times === 0 ? tool.name : `${tool.name} (${times + 1})` };
  });
}

/** The tools that match every word of `filter`, grouped by effect in a fixed order. */
export function groupTools(
  tools: readonly ListedTool[],
  filter: string,
): { effect: ToolEffect; tools: ListedTool[] }[] {
  const matching = tools.filter(({ tool }) => matches(tool, filter));
  return order
    .map((effect) => ({ effect, tools: matching.filter(({ tool }) => tool.effect === effect) }))
    .filter((group) => group.tools.length > 0);
}

/** Whether every word of `filter` is somewhere in the tool's name, title or description, or in `more`. */
export function matches(tool: Tool, filter: string, more = ""): boolean {
  const text =
    `${tool.name} ${tool.title ?? ""} ${tool.description ?? ""} ${effects[tool.effect].tag} ${more}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What a tool does, as words on a button: its title, or `delete_branch` as "Delete branch". */
export function toolVerb(tool: Tool): string {
  return tool.title ?? nameWords(tool);
}

/** The title of a tool where it says more than the name: `search` may be a "Test search". */
export function ownTitle(tool: Tool): string | null {
  return tool.title && tool.title.toLowerCase() !== nameWords(tool).toLowerCase() ? tool.title : null;
}

function nameWords(tool: Tool): string {
  const words = tool.name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[_\-.]+/g, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
