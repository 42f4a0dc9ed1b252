import { type Connector } from "@/host/bindings";
import { RunsBrowser } from "./RunsBrowser";

type Props = { connector: Connector };

/** The runs of one connector, within its page. */
export function RunsPane({ connector }: Props) {
  return <RunsBrowser connector={connector.id} />;
}
