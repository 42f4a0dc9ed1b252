import { type Connector } from "@/host/bindings";
import { RunsBrowser } from "./RunsBrowser";

type Props = { connector: Connector };

export function RunsPane({ connector }: Props) {
  return <RunsBrowser connector={connector.id} />;
}
