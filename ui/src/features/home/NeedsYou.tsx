import { Button } from "@/components/Button";
import { type Remedy, remedyLabels, remedyOf } from "@/components/connectorStatus";
import { PlatformTile } from "@/components/PlatformTile";
import { useShortcut } from "@/components/shortcuts";
import { StatusGlyph } from "@/components/StatusGlyph";
import { TwoLines } from "@/components/TwoLines";
import { statusLook } from "@/components/connectorStatus";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { capital } from "@/lib/words";
import styles from "./Home.module.css";

type Props = {
  connectors: Connector[];
  onSignIn: (connector: Connector) => void;
  onOpen: (id: ConnectorId, tab?: "overview" | "settings") => void;
};

/** Connectors that wait for a person, each with the one button that helps. */
export function NeedsYou({ connectors, onSignIn, onOpen }: Props) {
  const act = (connector: Connector) => {
    const remedy = remedyOf(connector);
    if (remedy === "sign_in" || remedy === "connect" || remedy === "show") onSignIn(connector);
    else onOpen(connector.id, remedy === "new_secret" ? "settings" : "overview");
  };
  const [first] = connectors;
  useShortcut(first ? { keys: "C", label: "Fix the first", inBar: true, run: () => act(first) } : null);
  return (
    <section aria-labelledby="needs-you">
      <div className={styles.head}>
        <h2 id="needs-you">Needs you</h2>
        <span className="text3">{connectors.length || ""}</span>
      </div>
      {connectors.length === 0 ? (
        <p className={styles.calm}><StatusGlyph name="ready" /> Nothing needs you.</p>
      ) : (
        <ul className={styles.card}>
          {connectors.map((connector, index) => {
            const remedy = remedyOf(connector);
            return (
              <li key={connector.id} className={styles.need}>
                <StatusGlyph name={statusLook(connector).glyph} />
                <TwoLines first={<span className="medium">{headline(connector)}</span>} second={<Reason connector={connector} />} />
                <span className="line">
                  <PlatformTile platform={connector.identity.platform} />
                  <TwoLines first={connector.identity.account} second={[connector.identity.credential ?? "no credential", connector.identity.level].filter(Boolean).join(" · ")} />
                </span>
                <Button look={index === 0 ? "primary" : "plain"} keys={index === 0 ? "C" : undefined} onPress={() => act(connector)}>
                  <span>{buttonWord(remedy)}<span className="unseen">, {connector.title}</span></span>
                </Button>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

function buttonWord(remedy: Remedy | null): string {
  if (remedy === null) return "Open";
  return remedy === "doctor" ? "Open doctor" : remedyLabels[remedy];
}

function headline(connector: Connector): string {
  switch (connector.status.status) {
    case "needs_authorization":
      return `${connector.title} needs sign-in`;
    case "authorizing":
      return `${connector.title} waits for your browser`;
    case "failing":
      return `${connector.title} fails its check`;
    default:
      return connector.draft ? `${connector.title} is a draft` : connector.title;
  }
}

function Reason({ connector }: { connector: Connector }) {
  const { reason, code } = connector.status;
  return (
    <>
      {reason ? capital(reason) : "Its tools have not been listed yet"} {code && <span className="mono">{code}</span>}
    </>
  );
}
