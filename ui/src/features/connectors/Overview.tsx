import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { isHosted } from "@/components/connectorStatus";
import { Tag } from "@/components/Tag";
import { type Authentication, type Connector, type ConnectorId, type Transport, type Visibility } from "@/host/bindings";
import { agoWords, exactTime } from "@/lib/time";
import { capital, count } from "@/lib/words";
import styles from "./ConnectorPage.module.css";
import { DoctorStrip } from "./DoctorStrip";
import { Copies } from "./hosted/Copies";
import { Particulars } from "./hosted/Particulars";
import { useLastCheck } from "./useConnectorActions";

type Props = {
  connector: Connector;
  onSignIn: (connector: Connector) => void;
  onOpen: (id: ConnectorId) => void;
  onCreateElsewhere: () => void;
  onSettings: () => void;
  onCheck: () => void;
};

/** How a connector is and what is known of it. */
export function Overview({ connector, onSignIn, onOpen, onCreateElsewhere, onSettings, onCheck }: Props) {
  const { check, checking } = useLastCheck(connector.id);
  const copy = useCopy();
  const { server, status, endpoint, authentication } = connector;
  return (
    <div className={styles.body}>
      <section className={styles.section} aria-label="Health">
        <div className={styles.sectionHead}>
          <h2>Doctor</h2>
          <span className="text3 small">
            {checking ? "looking now" : status.checkedAt && `last looked ${agoWords(status.checkedAt)}`}
          </span>
        </div>
        <DoctorStrip
          check={check}
          checking={checking}
          everChecked={status.checkedAt !== null}
          canCheck={status.status !== "disabled" || isHosted(connector)}
          onSignIn={() => onSignIn(connector)}
          onSettings={onSettings}
          onCheck={onCheck}
        />
        {!check && !checking && status.reason && status.status !== "ready" && (
          <p className="text2">{capital(status.reason)}. Check to see which step fails. {status.code && <span className="mono text3">{status.code}</span>}</p>
        )}
      </section>
      <section className={styles.section} aria-label="Facts">
        <h2>About it</h2>
        <dl className={styles.facts}>
          {connector.description && <Fact name="Description">{connector.description}</Fact>}
          {endpoint && (
            <Fact name="Address">
              <span className="mono" data-selectable>{endpoint}</span> <Button look="link" onPress={() => copy(endpoint, "Address")}>Copy</Button>
            </Fact>
          )}
          <Fact name="Name on the command line"><span className="mono" data-selectable>{connector.name}</span></Fact>
          <Fact name="Sign-in">{isHosted(connector) ? `taken care of by ${connector.identity.account}` : signInWords(authentication)}</Fact>
          {isHosted(connector) && status.word && <Fact name="The platform says"><span data-selectable>{status.word}</span></Fact>}
          {connector.remoteId && <Fact name="Id at the platform"><span className="mono" data-selectable>{connector.remoteId}</span></Fact>}
          {isHosted(connector) && <Fact name="Who can use it">{visibilityWords[connector.visibility]}</Fact>}
          {server && <Fact name="Server"><span data-selectable>{server.name} {server.version}</span></Fact>}
          {server && <Fact name="Protocol">MCP {server.protocolVersion}, {transports[server.transport]}</Fact>}
          <Fact name="Tools">{connector.toolCount === null ? "not listed yet" : count(connector.toolCount, "tool")}</Fact>
          <Fact name="Last ok">{status.lastOkAt ? <span title={exactTime(status.lastOkAt)}>{agoWords(status.lastOkAt)}</span> : "never"}</Fact>
          <Fact name="Added"><span title={exactTime(connector.createdAt)}>{agoWords(connector.createdAt)}</span></Fact>
          {connector.tags.length > 0 && <Fact name="Tags"><span className={styles.tags}>{connector.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}</span></Fact>}
        </dl>
      </section>
      {isHosted(connector) && <Particulars connector={connector} />}
      <Copies connector={connector} onOpen={onOpen} onCreateElsewhere={onCreateElsewhere} />
      {server?.instructions && (
        <section className={styles.section} aria-label="Instructions">
          <h2>What the server tells models</h2>
          <div className={styles.instructions} data-selectable>{server.instructions}</div>
        </section>
      )}
    </div>
  );
}

const visibilityWords: Record<Visibility, string> = { private: "its owner alone", workspace: "everyone in the workspace", organization: "everyone in the organization" };

const transports: Record<Transport, string> = { streamable_http: "streamable HTTP", stdio: "a command on this computer", sse: "HTTP with SSE, deprecated" };

function signInWords(authentication: Authentication): string {
  switch (authentication.kind) {
    case "none":
      return "not at all";
    case "bearer":
      return "by a token";
    case "headers":
      return "by headers";
    case "oauth": {
      const facts = [
        "in the browser",
        authentication.client && "with an OAuth app of your own",
        authentication.redirect === "deep_link" && "back by a patchbay:// link",
        authentication.callbackPort !== null && `back to port ${authentication.callbackPort}`,
        authentication.scopes.length > 0 && `scopes ${authentication.scopes.join(" ")}`,
      ];
      return facts.filter(Boolean).join(", ");
    }
  }
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
