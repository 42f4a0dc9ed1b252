import { useState } from "react";
import { type Connector } from "@/host/bindings";
import { Workbench } from "./Workbench";

type Props = { connector: Connector };

export function ToolsPane({ connector }: Props) {
  const [selected, setSelected] = useState<string | null>(null);
  return <Workbench connector={connector} selected={selected} onSelect={setSelected} />;
}
