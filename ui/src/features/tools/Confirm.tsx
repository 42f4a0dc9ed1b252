import { type Connector, type Tool } from "@/host/bindings";
import { identityWith } from "@/components/identityWith";
import { actingWords } from "@/components/identityWords";
import { ConfirmCard } from "@/components/ToolResult/ConfirmCard";
import { type JsonObject } from "@/lib/schema/schema";
import { confirmationTitle, targetWords } from "./confirmation";
import { toolVerb } from "./toolGroups";

type Props = {
  connector: Connector;
  tool: Tool;
  values: JsonObject;
  /** Name of the platform's credential; `null` for the connector's default. */
  credential: string | null;
  onConfirm: () => void;
  onKeep: () => void;
};

/** Confirms a destructive run: action, target and identity. */
export function Confirm({ connector, tool, values, credential, onConfirm, onKeep }: Props) {
  const verb = toolVerb(tool);
  const target = targetWords(tool, values);
  return (
    <ConfirmCard title={confirmationTitle(verb, tool, values)} verb={verb} onConfirm={onConfirm} onKeep={onKeep}>
      {target !== "" && <>{target}. </>}
      {`On ${connector.title}, as ${actingWords(identityWith(connector, credential))}. This tool may delete or overwrite data.`}
    </ConfirmCard>
  );
}
