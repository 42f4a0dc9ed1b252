import { useQuery } from "@tanstack/react-query";
import { Ago } from "@/components/Ago";
import { abilitiesOf } from "@/components/abilities";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { Code, Fact } from "@/components/Fact";
import { Tag } from "@/components/Tag";
import { platformName } from "@/components/platformName";
import { type Authentication, type Connector, type Visibility } from "@/host/bindings";
import { queries } from "@/host/queries";
import { commandLine } from "@/components/commandLine";
import { useNow } from "@/host/clock";
import { ago, exactTime } from "@/lib/time";
import { count } from "@/lib/words";
import styles from "./ConnectorPage.module.css";
import { transportLabels } from "./transportLabels";

/** Everything known about a connector. A fact that its platform reports replaces our own fact of that label. */
export function Facts({ connector }: { connector: Connector }) {
  const now = useNow();
  const { server, status, endpoint, command, authentication, remoteId } = connector;
  const { hasDetails, signsInHere, reportsStatus, hasVisibility } = abilitiesOf(connector);
  const { data: details } = useQuery({ ...queries.platformDetails(connector.id), enabled: hasDetails });
  const reported = details?.facts ?? [];
  const isReported = (name: string) => reported.some(({ label }) => label === name);
  const variables = Object.entries(command?.variables ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
  return (
    <dl className={styles.facts}>
      <Fact name="Description">{connector.description}</Fact>
      <Fact name="Type">{connector.connectorType}</Fact>
      <CopyFact name="Address" text={endpoint} />
      <CopyFact name="Command" text={command && commandLine(command)} />
      <Fact name="Working folder">{command?.folder && <Code>{command.folder}</Code>}</Fact>
      <Fact name="Variables">{variables && <Code>{variables}</Code>}</Fact>
      <Fact name="Short name">
        <Code>{connector.name}</Code>
      </Fact>
      {!isReported("Sign-in") && (
        <Fact name="Sign-in">
          {signsInHere ? signInWords(authentication) : `Managed by ${connector.identity.account}`}
        </Fact>
      )}
      <Fact name="Status">
        {reportsStatus && status.word && !isReported("Status") && <span data-selectable>{status.word}</span>}
      </Fact>
      <Fact name={`${platformName(connector.identity.platform)} ID`}>{remoteId && <Code>{remoteId}</Code>}</Fact>
      <Fact name="Visibility">
        {hasVisibility && !isReported("Visibility") && visibilityWords[connector.visibility]}
      </Fact>
      {server && (
        <>
          <Fact name="Server">
            <span data-selectable>
              {server.name} {server.version}
            </span>
          </Fact>
          <Fact name="Protocol">
            MCP {server.protocolVersion}, {transportLabels[server.transport]}
            {server.protocolReason && `, because ${server.protocolReason}`}
          </Fact>
        </>
      )}
      <Fact name="Tools">{connector.toolCount === null ? "Not loaded" : count(connector.toolCount, "tool")}</Fact>
      <Fact name="Last success">{status.lastOkAt ? <Ago at={status.lastOkAt} /> : "Never"}</Fact>
      <Fact name="Added">
        <Ago at={connector.createdAt} />
      </Fact>
      {reported.map(({ label, value, at }) => (
        <Fact key={label} name={label}>
          <span data-selectable title={at ? exactTime(at) : undefined}>
            {at ? ago(at, now) : value}
          </span>
        </Fact>
      ))}
      {connector.tags.length > 0 && (
        <Fact name="Tags">
          <span className="tags">
            {connector.tags.map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </span>
        </Fact>
      )}
    </dl>
  );
}

function CopyFact({ name, text }: { name: string; text: string | null | undefined }) {
  const copy = useCopy();
  if (!text) return null;
  return (
    <Fact name={name}>
      <Code>{text}</Code>{" "}
      <Button look="link" onPress={() => copy(text, name)}>
        Copy
      </Button>
    </Fact>
  );
}

const visibilityWords: Record<Visibility, string> = {
  private: "Only the owner",
  workspace: "Workspace",
  organization: "Organization",
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
