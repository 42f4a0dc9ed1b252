import { type Connector } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { Workbench } from "./Workbench";

type Props = { connector: Connector };

export function ToolsPane({ connector }: Props) {
  const [selected, setSelected] = useClientState(stateKey<string | null>(null, "selected-tool", connector.id));
  return <Workbench connector={connector} selected={selected} onSelect={setSelected} />;
}
