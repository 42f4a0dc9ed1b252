import { useNavigate } from "@tanstack/react-router";
import { type ToolSummary } from "@/host/bindings";
import { useCopy } from "@/components/CopyContext";
import { useShortcut } from "@/components/shortcuts";
import { useRecentRuns } from "./useRecentRuns";

/** What can be done with the current tool of a list beside opening it: by keys, and in the menu of its row. */
export function useToolKeys(tool: ToolSummary | undefined): void {
  const navigate = useNavigate();
  const copy = useCopy();
  const last = useRecentRuns(tool?.connector, tool?.name)[0];
  useShortcut(
    last
      ? {
          keys: "E",
          label: "Open with last arguments",
          ofRow: true,
          run: () =>
            void navigate({
              to: "/tools/$connector/$tool",
              params: { connector: last.connector, tool: last.tool },
              search: { from: last.id },
            }),
        }
      : null,
  );
  useShortcut(tool ? { keys: "Y", label: "Copy name", ofRow: true, run: () => copy(tool.name, "Name") } : null);
}
