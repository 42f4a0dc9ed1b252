import { commands, type ExportFormat, type RunQuery } from "@/host/bindings";
import { call } from "@/host/call";
import { useCommand } from "@/host/useCommand";
import { Button } from "@/components/Button";
import { Menu } from "@/components/Menu";
import { exportedWords } from "./exportedWords";

/** Writes the runs of a query to a file that the user chooses. */
export function useExportRuns(query: RunQuery) {
  return useCommand({
    mutationFn: (format: ExportFormat) => call(commands.exportRuns(query, format)),
    toast: exportedWords,
  });
}

type Props = { exporting: ReturnType<typeof useExportRuns>; isDisabled: boolean; small: boolean };

/** The formats for exporting the listed runs. */
export function ExportMenu({ exporting, isDisabled, small }: Props) {
  const label = "Export these runs";
  return (
    <Menu
      label={label}
      trigger={
        <Button
          small={small}
          look="quiet"
          icon="download"
          label={small ? label : undefined}
          isPending={exporting.isPending}
          isDisabled={isDisabled}
        >
          {small ? undefined : "Export"}
        </Button>
      }
      actions={[
        { id: "jsonl", label: "JSON Lines (everything)…", onAction: () => exporting.mutate("jsonl") },
        { id: "csv", label: "CSV (spreadsheet)…", onAction: () => exporting.mutate("csv") },
      ]}
    />
  );
}
