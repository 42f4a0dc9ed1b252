import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Connector, type ConnectorId, type Tool } from "@/host/bindings";
import { queries } from "@/host/queries";
import { initials } from "@/lib/words";
import styles from "./ConnectorMark.module.css";

type Size = "small" | "medium" | "large";

type Props = {
  title: string;
  /** The owner of the icon. */
  of?: Pick<Connector, "id" | "icon" | "server"> | undefined;
  /** A tool of that connector, to show the tool's icon. */
  tool?: Pick<Tool, "name" | "icon"> | undefined;
  size?: Size;
};

/** The icon of a connector or a tool, or the initials of its title. */
export function ConnectorMark({ title, of, tool, size = "medium" }: Props) {
  const address = tool ? tool.icon : (of?.icon ?? of?.server?.icon);
  if (of && address)
    return <Picture title={title} connector={of.id} tool={tool?.name ?? null} address={address} size={size} />;
  return <Mark size={size}>{initials(title)}</Mark>;
}

type PictureProps = { title: string; connector: ConnectorId; tool: string | null; address: string; size: Size };

/** Shows the initials until the image has loaded, and if there is none, so that the layout stays the same. */
function Picture({ title, connector, tool, address, size }: PictureProps) {
  const { data: picture } = useQuery(queries.icon(connector, tool, address));
  const [broken, setBroken] = useState<string | null>(null);
  if (!picture || picture === broken) return <Mark size={size}>{initials(title)}</Mark>;
  return (
    <span className={styles.mark} data-size={size} aria-hidden="true">
      <img src={picture} alt="" onError={() => setBroken(picture)} />
    </span>
  );
}

function Mark({ size, children }: { size: Size; children: string }) {
  return (
    <span className={styles.mark} data-size={size} data-drawn aria-hidden="true">
      {children}
    </span>
  );
}
