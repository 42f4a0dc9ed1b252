import { type Connector } from "@/host/bindings";
import { DoctorStrip } from "./DoctorStrip";
import { LastStatus } from "./LastStatus";
import { useLastCheck } from "./useConnectorActions";

type Props = { connector: Connector; onSettings: () => void; onCheck: () => void };

/** The last check since the window was opened; without one, the last known status. */
export function Health({ connector, onSettings, onCheck }: Props) {
  const { check, checkingSince } = useLastCheck(connector);
  if (!check && checkingSince === null) return <LastStatus connector={connector} onCheck={onCheck} />;
  return (
    <DoctorStrip
      connector={connector}
      check={check}
      checkingSince={checkingSince}
      onSettings={onSettings}
      onCheck={onCheck}
    />
  );
}
