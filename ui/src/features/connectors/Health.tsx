import { type Connector } from "@/host/bindings";
import { DoctorStrip } from "./DoctorStrip";
import { LastStatus } from "./LastStatus";
import { useLastCheck } from "./useConnectorActions";

type Props = { connector: Connector; onSettings: () => void; onCheck: () => void };

/** The last check since the window was opened; without one, the last known status. */
export function Health({ connector, onSettings, onCheck }: Props) {
  const { check, checking } = useLastCheck(connector.id);
  if (!check && !checking) return <LastStatus connector={connector} onCheck={onCheck} />;
  return (
    <DoctorStrip connector={connector} check={check} checking={checking} onSettings={onSettings} onCheck={onCheck} />
  );
}
