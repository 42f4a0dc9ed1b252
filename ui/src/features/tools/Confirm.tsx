import { type Connector, type Tool } from "@/host/bindings";
import { actingWords } from "@/components/identityWords";
import { ConfirmCard } from "@/components/ToolResult/ConfirmCard";
import { type JsonObject } from "@/lib/schema/schema";
import { confirmationTitle, targetWords } from "./confirmation";
import { toolVerb } from "./toolGroups";

type Props = { connector: Connector; tool: Tool; values: JsonObject; onConfirm: () => void; onKeep: () => void };

/** Confirms a destructive run: action, target and identity. */
export function Confirm({ connector, tool, values, onConfirm, onKeep }: Props) {
  const verb = toolVerb(tool);
  const target = targetWords(tool, values);
  return (
    <ConfirmCard title={confirmationTitle(verb, tool, values)} verb={verb} onConfirm={onConfirm} onKeep={onKeep}>
      {target !== "" && <>{target}. </>}
      {`On ${connector.title}, as ${actingWords(connector.identity)}. This tool may delete or overwrite data.`}
    </ConfirmCard>
  );
}
