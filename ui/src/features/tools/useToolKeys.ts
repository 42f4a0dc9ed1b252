import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ToolSummary } from "@/host/bindings";
import { useToasts } from "@/host/toasts";
import { useCopy } from "@/components/CopyContext";
import { useShortcut } from "@/components/shortcuts";
import { recentRuns, withArguments } from "./useRecentRuns";

/** Registers the actions on the selected tool of a list, by shortcut and in its menu. */
export function useToolKeys(tool: ToolSummary | undefined): void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const copy = useCopy();
  const { toast } = useToasts();
  // Fetched on demand: the selection changes with each arrow key.
  const reading = recentRuns(tool?.connector ?? "", tool?.name ?? "");
  const { data, isFetching, isPlaceholderData } = useQuery({ ...reading, enabled: false });
  const hasNone = tool && data && !isPlaceholderData && withArguments(data, tool.connector, tool.name).length === 0;
  const openLast = async ({ connector, name }: ToolSummary) => {
    const runs = await client.fetchQuery(reading).catch(() => null);
    const [last] = runs ? withArguments(runs, connector, name) : [];
    if (!last) return toast(`No run of ${name} to take arguments from`);
    await navigate({ to: "/tools/$connector/$tool", params: { connector, tool: name }, search: { from: last.id } });
  };
  useShortcut(
    tool && !isFetching && !hasNone
      ? { keys: "runs.edit", label: "Open with last arguments", ofRow: true, run: () => void openLast(tool) }
      : null,
  );
  useShortcut(tool ? { keys: "tools.copyName", ofRow: true, run: () => copy(tool.name, "Name") } : null);
}
