import { commands, type ExportFormat, type RunQuery } from "@/host/bindings";
import { call, problemOf } from "@/host/call";
import { useCommand } from "@/host/useCommand";
import { Button } from "@/components/Button";
import { Menu } from "@/components/Menu";
import { exportedWords } from "./exportedWords";

/** Writes the runs of a query to a file that the user chooses. */
export function useExportRuns(query: RunQuery) {
  const exporting = useCommand({
    mutationFn: (format: ExportFormat) => call(commands.exportRuns(query, format)),
    toast: exportedWords,
  });
  return { start: exporting.mutate, isPending: exporting.isPending, problem: problemOf(exporting.error) };
}

type Props = { onExport: (format: ExportFormat) => void; isPending: boolean; isDisabled: boolean; small?: boolean };

/** The formats for exporting the listed runs. */
export function ExportMenu({ onExport, isPending, isDisabled, small = false }: Props) {
  const trigger = small ? (
    <Button
      small
      look="quiet"
      icon="download"
      label="Export these runs"
      isPending={isPending}
      isDisabled={isDisabled}
    />
  ) : (
    <Button look="quiet" icon="download" isPending={isPending} isDisabled={isDisabled}>
      Export
    </Button>
  );
  return (
    <Menu
      label="Export these runs"
      trigger={trigger}
      actions={[
        { id: "jsonl", label: "JSON Lines (everything)…", onAction: () => onExport("jsonl") },
        { id: "csv", label: "CSV (spreadsheet)…", onAction: () => onExport("csv") },
      ]}
    />
  );
}
