import { ConnectorMark } from "@/components/ConnectorMark";
import { Code, Fact } from "@/components/Fact";
import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { Tag } from "@/components/Tag";
import { type AddressInspection, type AuthenticationMethod } from "@/host/bindings";
import { anyOf, capital, count } from "@/lib/words";
import styles from "./AddDialog.module.css";
import { type KnownServer } from "./knownServer";
import { transportLabels } from "./transportLabels";

type Props = { found: AddressInspection; known: KnownServer | undefined; title: string };

/** What an inspection found at an address. */
export function AddressFacts({ found, known, title }: Props) {
  return (
    <>
      {found.problem && <ProblemNotice problem={found.problem} />}
      {found.warning && <Notice glyph="changed" title={capital(found.warning)} />}
      {found.hasSecretQuery && (
        <Notice glyph="changed" title="This address seems to contain a key">
          It would be saved and shown with the address, not in the vault. If the server accepts a token or header,
          remove the key from the address and enter it below.
        </Notice>
      )}
      {found.already.length > 0 && (
        <Notice glyph="changed" title={`Already added: ${found.already.join(", ")}`}>
          Add it again to use another sign-in.
        </Notice>
      )}
      <section className={styles.card} aria-label="Found">
        <div className="line">
          <ConnectorMark title={title || found.title} />
          <span className="strong cut">{title || found.title}</span>
          {found.transport && (
            <Tag icon="globe" tone={found.transport === "sse" ? "warn" : undefined}>
              {transportLabels[found.transport]}
            </Tag>
          )}
          {found.server && <Tag>MCP {found.server.protocolVersion}</Tag>}
        </div>
        <dl className={styles.facts}>
          <Fact name="Host">{found.host}</Fact>
          <Fact name="Sign-in">{signInText(found, known)}</Fact>
          <Fact name="Authorization server">{found.issuer && <Code>{found.issuer}</Code>}</Fact>
          {found.scopes.length > 0 && (
            <Fact name="Scopes">
              <span className="tags">
                {found.scopes.map((scope) => (
                  <Tag key={scope} mono>
                    {scope}
                  </Tag>
                ))}
              </span>
            </Fact>
          )}
          {found.toolCount !== null && <Fact name="Tools">{count(found.toolCount, "tool")}</Fact>}
        </dl>
      </section>
    </>
  );
}

const methodLabels: Record<AuthenticationMethod, string> = {
  none: "No sign-in",
  oauth: "Browser sign-in",
  bearer: "Token",
  headers: "Headers",
};

function signInText(found: AddressInspection, known: KnownServer | undefined): string {
  if (found.server === null && !found.needsAuthorization)
    return known && known.methods.length > 0
      ? `${methodWords(known.methods) || methodLabels.none} (from the catalog)`
      : "Unknown (no MCP server responded)";
  if (!found.needsAuthorization) return "Not required";
  return methodWords(found.methods) || "Required (method unknown)";
}

function methodWords(methods: AuthenticationMethod[]): string {
  return anyOf(methods.filter((method) => method !== "none").map((method) => methodLabels[method]));
}
