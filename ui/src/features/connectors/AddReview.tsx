import { type ReactNode } from "react";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Field } from "@/components/Field";
import { PlainHttpSwitch } from "@/components/PlainHttpSwitch";
import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { Tag } from "@/components/Tag";
import { type AddressInspection, type AuthenticationMethod, type Transport } from "@/host/bindings";
import { capital, count } from "@/lib/words";
import styles from "./AddDialog.module.css";
import { AuthenticationFields } from "./AuthenticationFields";
import { type AuthenticationForm, type FormErrors } from "./authenticationForm";

type Props = {
  found: AddressInspection;
  title: string;
  onTitle: (title: string) => void;
  name: string;
  onName: (name: string) => void;
  form: AuthenticationForm;
  errors: FormErrors;
  allowPlainHttp: boolean;
  onAllowPlainHttp: (allowed: boolean) => void;
  onForm: (form: AuthenticationForm) => void;
};

/** What was found at an address, what to call it, and how it is to sign in. */
export function AddReview({ found, title, onTitle, name, onName, form, errors, allowPlainHttp, onAllowPlainHttp, onForm }: Props) {
  return (
    <>
      {found.problem && <ProblemNotice problem={found.problem} />}
      {found.warning && <Notice glyph="changed" title={capital(found.warning)} />}
      {found.hasSecretQuery && (
        <Notice glyph="changed" title="The address seems to hold a key">
          It is saved and shown with the address, not in the vault. Where the server takes the key as a token or header, leave it out of the address and enter it below: the wallet keeps it.
        </Notice>
      )}
      {found.already.length > 0 && (
        <Notice glyph="changed" title={`You already have this address: ${found.already.join(", ")}`}>Add it again to use a second identity beside the first.</Notice>
      )}
      <section className={styles.card} aria-label="Found">
        <div className={styles.head}>
          <ConnectorMark title={title || found.title} />
          <span className="strong cut">{title || found.title}</span>
          {found.transport && <Tag icon="globe" tone={found.transport === "sse" ? "warn" : undefined}>{transports[found.transport]}</Tag>}
          {found.server && <Tag>MCP {found.server.protocolVersion}</Tag>}
        </div>
        <dl className={styles.facts}>
          <Fact name="Host">{found.host}</Fact>
          <Fact name="Sign-in">{signInText(found)}</Fact>
          {found.issuer && <Fact name="Sign-in server"><span className="mono" data-selectable>{found.issuer}</span></Fact>}
          {found.scopes.length > 0 && <Fact name="Scopes"><span className={styles.tags}>{found.scopes.map((scope) => <Tag key={scope} mono>{scope}</Tag>)}</span></Fact>}
          {found.toolCount !== null && <Fact name="Tools">{count(found.toolCount, "tool")}</Fact>}
        </dl>
      </section>
      <div className={styles.pair}>
        <Field label="Title" autoFocus value={title} onChange={onTitle} help="Shown in lists." />
        <Field label="Name" mono value={name} onChange={onName} help="Short and unique, for the command line." />
      </div>
      <AuthenticationFields form={form} errors={errors} onChange={onForm} usualRedirectUri={found.redirectUri} registersItself={found.registersItself} />
      {found.plainHttp && form.method !== "none" && <PlainHttpSwitch isSelected={allowPlainHttp} onChange={onAllowPlainHttp} />}
    </>
  );
}

const transports: Record<Transport, string> = { streamable_http: "streamable HTTP", stdio: "command on this computer", sse: "HTTP with SSE, deprecated" };

const methodLabels: Record<AuthenticationMethod, string> = { none: "without a sign-in", oauth: "consent in the browser", bearer: "a token", headers: "headers" };

function signInText(found: AddressInspection): string {
  if (found.server === null && !found.needsAuthorization) return "not known, because no MCP server answered";
  if (!found.needsAuthorization) return "none needed";
  const known = found.methods.filter((method) => method !== "none").map((method) => methodLabels[method]);
  return known.length === 0 ? "a credential; the server does not say which" : known.join(", or ");
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
