import { useNavigate } from "@tanstack/react-router";
import { type ToolRun } from "@/host/bindings";
import { Button } from "@/components/Button";
import { useShortcut } from "@/components/shortcuts";
import { useRecentRuns } from "./useRecentRuns";

/** Compares a result with the previous run of the tool, if there is one. */
export function CompareButton({ run }: { run: ToolRun }) {
  const navigate = useNavigate();
  const hasEarlier = useRecentRuns(run.connector, run.tool).some(({ id }) => id !== run.id);
  const compare = () => void navigate({ to: "/runs/$run", params: { run: run.id }, search: { with: "" } });
  useShortcut(hasEarlier ? { keys: "runs.compare", label: "Compare with previous run", run: compare } : null);
  if (!hasEarlier) return null;
  return (
    <Button small look="quiet" icon="git-compare" onPress={compare}>
      Compare
    </Button>
  );
}
