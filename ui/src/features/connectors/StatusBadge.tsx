import { Badge } from "@/components/Badge";
import { statusLook } from "@/components/connectorStatus";
import { platformName } from "@/components/platformName";
import { type Connector } from "@/host/bindings";

/** The status of a connector. The platform's own word for it is in the tooltip. */
export function StatusBadge({ connector, pill }: { connector: Connector; pill?: boolean }) {
  const { glyph, word } = statusLook(connector, connector.changedTools);
  const { identity, status } = connector;
  return (
    <Badge
      glyph={glyph}
      pill={pill}
      title={status.word ? `${platformName(identity.platform)}: ${status.word}` : undefined}
    >
      {word}
    </Badge>
  );
}
