import { useQuery } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { abilitiesOf } from "@/components/abilities";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { Tag } from "@/components/Tag";
import { platformName } from "@/components/platformName";
import { type Authentication, type Connector, type Transport, type Visibility } from "@/host/bindings";
import { queries } from "@/host/queries";
import { commandLine } from "@/components/commandLine";
import { ago, exactTime } from "@/lib/time";
import { count } from "@/lib/words";
import styles from "./ConnectorPage.module.css";

/** What is known of a connector: from the store, then from its platform, whose own label for a fact wins. */
export function Facts({ connector }: { connector: Connector }) {
  const copy = useCopy();
  const { server, status, endpoint, command, authentication, remoteId } = connector;
  const { hasDetails, signsInHere, reportsStatus, hasVisibility } = abilitiesOf(connector);
  const { data: details } = useQuery({ ...queries.platformDetails(connector.id), enabled: hasDetails });
  const told = details?.facts ?? [];
  const isTold = (name: string) => told.some(({ label }) => label === name);
  return (
    <dl className={styles.facts}>
      {connector.description && <Fact name="Description">{connector.description}</Fact>}
      {connector.connectorType && <Fact name="Type">{connector.connectorType}</Fact>}
      {endpoint && (
        <Fact name="Address">
          <span className="mono" data-selectable>
            {endpoint}
          </span>{" "}
          <Button look="link" onPress={() => copy(endpoint, "Address")}>
            Copy
          </Button>
        </Fact>
      )}
      {command && (
        <Fact name="Command">
          <span className="mono" data-selectable>
            {commandLine(command)}
          </span>{" "}
          <Button look="link" onPress={() => copy(commandLine(command), "Command")}>
            Copy
          </Button>
        </Fact>
      )}
      {command?.folder && (
        <Fact name="Working folder">
          <span className="mono" data-selectable>
            {command.folder}
          </span>
        </Fact>
      )}
      {command && Object.keys(command.variables).length > 0 && (
        <Fact name="Variables">
          <span className="mono" data-selectable>
            {Object.entries(command.variables)
              .map(([name, value]) => `${name}=${value}`)
              .join(", ")}
          </span>
        </Fact>
      )}
      <Fact name="Short name">
        <span className="mono" data-selectable>
          {connector.name}
        </span>
      </Fact>
      {!isTold("Sign-in") && (
        <Fact name="Sign-in">
          {signsInHere ? signInWords(authentication) : `Managed by ${connector.identity.account}`}
        </Fact>
      )}
      {reportsStatus && status.word && !isTold("Status") && (
        <Fact name="Status">
          <span data-selectable>{status.word}</span>
        </Fact>
      )}
      {remoteId && (
        <Fact name={`${platformName(connector.identity.platform)} ID`}>
          <span className="mono" data-selectable>
            {remoteId}
          </span>
        </Fact>
      )}
      {hasVisibility && !isTold("Visibility") && <Fact name="Visibility">{visibilityWords[connector.visibility]}</Fact>}
      {server && (
        <Fact name="Server">
          <span data-selectable>
            {server.name} {server.version}
          </span>
        </Fact>
      )}
      {server && (
        <Fact name="Protocol">
          MCP {server.protocolVersion}, {transports[server.transport]}
        </Fact>
      )}
      <Fact name="Tools">{connector.toolCount === null ? "Not loaded" : count(connector.toolCount, "tool")}</Fact>
      <Fact name="Last success">
        {status.lastOkAt ? <span title={exactTime(status.lastOkAt)}>{ago(status.lastOkAt)}</span> : "Never"}
      </Fact>
      <Fact name="Added">
        <span title={exactTime(connector.createdAt)}>{ago(connector.createdAt)}</span>
      </Fact>
      {told.map(({ label, value, at }) => (
        <Fact key={label} name={label}>
          <span data-selectable title={at ? exactTime(at) : undefined}>
            {at ? ago(at) : value}
          </span>
        </Fact>
      ))}
      {connector.tags.length > 0 && (
        <Fact name="Tags">
          <span className={styles.tags}>
            {connector.tags.map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </span>
        </Fact>
      )}
    </dl>
  );
}

const visibilityWords: Record<Visibility, string> = {
  private: "Only the owner",
  workspace: "Workspace",
  organization: "Organization",
};

const transports: Record<Transport, string> = {
  streamable_http: "HTTP",
  stdio: "Local command",
  sse: "HTTP + SSE (deprecated)",
};

function signInWords(authentication: Authentication): string {
  switch (authentication.kind) {
    case "none":
      return "None";
    case "bearer":
      return "Token";
    case "headers":
      return "Headers";
    case "variables":
      return "Secret variables";
    case "oauth": {
      const facts = [
        "Browser",
        authentication.client && "your OAuth app",
        authentication.redirect === "deep_link" && "patchbay:// redirect",
        authentication.callbackPort !== null && `port ${authentication.callbackPort}`,
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
