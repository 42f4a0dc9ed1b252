import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { isHosted } from "@/components/connectorStatus";
import { Tag } from "@/components/Tag";
import { type Authentication, type Connector, type Transport, type Visibility } from "@/host/bindings";
import { agoWords, exactTime } from "@/lib/time";
import { count } from "@/lib/words";
import styles from "./ConnectorPage.module.css";

/** What is known of a connector without asking anybody. */
export function Facts({ connector }: { connector: Connector }) {
  const copy = useCopy();
  const { server, status, endpoint, authentication } = connector;
  return (
    <dl className={styles.facts}>
      {connector.description && <Fact name="Description">{connector.description}</Fact>}
      {endpoint && (
        <Fact name="Address">
          <span className="mono" data-selectable>{endpoint}</span> <Button look="link" onPress={() => copy(endpoint, "Address")}>Copy</Button>
        </Fact>
      )}
      <Fact name="Command-line name"><span className="mono" data-selectable>{connector.name}</span></Fact>
      <Fact name="Sign-in">{isHosted(connector) ? `kept by ${connector.identity.account}` : signInWords(authentication)}</Fact>
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
  );
}

const visibilityWords: Record<Visibility, string> = { private: "its owner alone", workspace: "everyone in the workspace", organization: "everyone in the organization" };

const transports: Record<Transport, string> = { streamable_http: "streamable HTTP", stdio: "a command on this computer", sse: "HTTP with SSE, deprecated" };

function signInWords(authentication: Authentication): string {
  switch (authentication.kind) {
    case "none":
      return "none needed";
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
