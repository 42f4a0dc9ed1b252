import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { isInProgress } from "@/components/connectorStatus";
import { Code, Fact } from "@/components/Fact";
import { Field } from "@/components/Field";
import { type PlatformFormState } from "@/components/PlatformForm/usePlatformForm";
import { ErrorNotice, Notice } from "@/components/ProblemNotice";
import { RedirectUri } from "@/components/RedirectUri";
import { SecretField } from "@/components/SecretField";
import { SegmentedControl } from "@/components/SegmentedControl";
import { StatusGlyph } from "@/components/StatusGlyph";
import { useInvalidFocus } from "@/components/useInvalidFocus";
import {
  type Account,
  type AuthorizationId,
  commands,
  type ProviderSignIn,
  type Redirect,
  type StartProviderSignIn,
  type WalletEntry,
} from "@/host/bindings";
import { call } from "@/host/call";
import { upsertAuthorization } from "@/host/events";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { linkAddress } from "@/lib/linkAddress";
import { optionsOf } from "@/lib/options";
import styles from "./Create.module.css";
import { type ProviderDraft } from "./drafts";
import { fillForm, providerErrors, providerRequest } from "./providerForm";

type Props = {
  account: Account;
  definition: string;
  provider: ProviderSignIn;
  draft: ProviderDraft;
  onChange: (draft: ProviderDraft) => void;
  state: PlatformFormState;
  wallet: WalletEntry[];
  onShowAuthorization: (id: AuthorizationId) => void;
};

/** Signs in to the provider with the user's own OAuth app, and fills the form with the result. */
export function ProviderPart(props: Props) {
  const { draft } = props;
  const heading = useId();
  const [open, setOpen] = useState(draft.started !== null || draft.clientId !== "");
  return (
    <section className={styles.provider} aria-labelledby={heading}>
      <div className={styles.act}>
        <h3 id={heading} className="grow">
          Use your own OAuth app
        </h3>
        <Button
          small
          aria-expanded={open}
          icon={open ? "chevron-down" : "chevron-right"}
          onPress={() => setOpen(!open)}
        >
          {open ? "Hide" : "Set up"}
        </Button>
      </div>
      <p className="text2 small">Fill in the token by signing in with an OAuth app you registered with the provider.</p>
      {open && <ProviderFields {...props} />}
      <SignInState {...props} />
    </section>
  );
}

/** The provider's URLs, which the user enters unless the platform knows them. */
const endpoints = [
  { field: "authorizeUrl", label: "Authorization URL", placeholder: "https://provider.example/oauth/authorize" },
  { field: "tokenUrl", label: "Token URL", placeholder: "https://provider.example/oauth/token" },
] as const;

function ProviderFields({
  account,
  definition,
  provider,
  draft,
  onChange,
  wallet,
  onShowAuthorization,
}: Omit<Props, "state">) {
  const { data: about } = useQuery(queries.about());
  const [attempts, setAttempts] = useState(0);
  const fields = useRef<HTMLDivElement>(null);
  useInvalidFocus(fields, attempts);
  const set = (changes: Partial<ProviderDraft>) => onChange({ ...draft, ...changes });
  const errors = attempts > 0 ? providerErrors(provider, draft) : {};
  const known = endpoints.filter(({ field }) => provider[field] !== null);
  const unknown = endpoints.filter(({ field }) => provider[field] === null);
  const start = useCommand({
    mutationFn: (request: StartProviderSignIn) => call(commands.startProviderSignIn(request)),
    update: (client, authorization) => {
      upsertAuthorization(client, authorization);
      set({ started: authorization.id });
      onShowAuthorization(authorization.id);
    },
  });
  const submit = () => {
    setAttempts(attempts + 1);
    if (Object.keys(providerErrors(provider, draft)).length === 0)
      start.mutate(providerRequest(account.id, definition, provider, draft));
  };
  return (
    <div ref={fields} className="form">
      <SegmentedControl<Redirect>
        label="Redirect"
        segments={optionsOf({ loopback: "Local port", deep_link: "patchbay:// link" })}
        value={draft.redirect}
        onChange={(redirect) => set({ redirect })}
      />
      {about && <RedirectUri uri={draft.redirect === "loopback" ? about.redirectUri : linkAddress} />}
      <Field
        label="Client ID"
        mono
        isRequired
        value={draft.clientId}
        onChange={(clientId) => set({ clientId })}
        error={errors.clientId}
      />
      <SecretField
        label="Client secret"
        help="Optional"
        draft={draft.secret}
        onChange={(secret) => set({ secret })}
        entries={wallet.filter((one) => one.kind === "bearer" || one.kind === "oauth_client")}
        canSave
      />
      {known.length > 0 && (
        <dl className={styles.facts}>
          {known.map(({ field, label }) => (
            <Fact key={field} name={label}>
              <Code>{provider[field]}</Code>
            </Fact>
          ))}
        </dl>
      )}
      {unknown.length > 0 && (
        <div className={styles.pair}>
          {unknown.map(({ field, label, placeholder }) => (
            <Field
              key={field}
              label={label}
              mono
              isRequired
              placeholder={placeholder}
              value={draft[field]}
              onChange={(url) => set({ [field]: url })}
              error={errors[field]}
            />
          ))}
        </div>
      )}
      <Field
        label="Scopes"
        mono
        value={draft.scopes}
        onChange={(scopes) => set({ scopes })}
        help="Separate with spaces."
      />
      <div className={styles.act}>
        <Button icon="log-in" isPending={start.isPending} onPress={submit}>
          Sign in
        </Button>
      </div>
      <ErrorNotice error={start.error} onRetry={submit} />
    </div>
  );
}

/** The state of the sign-in. Its tokens are copied into the form once, as soon as they arrive. */
function SignInState({
  provider,
  draft,
  onChange,
  state,
  onShowAuthorization,
}: Omit<Props, "account" | "definition" | "wallet">) {
  const { data: authorization } = useQuery({
    ...queries.authorization(draft.started ?? ""),
    enabled: draft.started !== null,
  });
  const isNew = authorization?.state === "authorized" && draft.taken !== authorization.id;
  useEffect(() => {
    if (!isNew) return;
    const { values, secrets } = fillForm(state.form.schema, state.values, provider, draft, authorization);
    state.changeValues(values);
    for (const [pointer, secret] of secrets) state.changeSecret(pointer, secret);
    onChange({ ...draft, taken: authorization.id });
  }, [isNew, authorization, state, provider, draft, onChange]);

  if (!authorization) return null;
  if (authorization.state === "authorized") {
    return (
      <Notice role="status" glyph="ready" title="Signed in">
        The token is saved in your wallet and filled in. Check the rest, then create the connector.
      </Notice>
    );
  }
  const isPending = isInProgress(authorization.state);
  return (
    <div className="line text2" role="status">
      <StatusGlyph name={isPending ? "authorizing" : "disconnected"} />
      <span className="grow">{isPending ? "Waiting for you to sign in" : "The last sign-in wasn't finished"}</span>
      <Button small onPress={() => onShowAuthorization(authorization.id)}>
        Show
      </Button>
    </div>
  );
}
