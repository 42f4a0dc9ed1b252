import { useState } from "react";
import { type Connector } from "@/host/bindings";
import { Workbench } from "./Workbench";

type Props = { connector: Connector };

/** The tools of one connector, within its page. */
export function ToolsPane({ connector }: Props) {
  const [selected, setSelected] = useState<string | null>(null);
  return <Workbench connector={connector} selected={selected} onSelect={setSelected} />;
}
