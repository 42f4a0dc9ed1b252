import { Advanced } from "@/components/Advanced";
import { Field } from "@/components/Field";
import { RedirectUri } from "@/components/RedirectUri";
import { SegmentedControl } from "@/components/SegmentedControl";
import { SecretValueField } from "@/components/SecretValueField";
import { Select } from "@/components/Select";
import { Switch } from "@/components/Switch";
import { type Redirect, type WalletEntry } from "@/host/bindings";
import { newOrSaved, SavedEntry } from "./SavedEntry";
import styles from "./AuthenticationFields.module.css";
import { type AuthenticationForm, type FormErrors, redirectUriOf, signsInAsApp } from "./authenticationForm";

type Props = {
  form: AuthenticationForm;
  errors: FormErrors;
  set: (changes: Partial<AuthenticationForm>) => void;
  /** OAuth apps saved in the wallet. */
  clients: WalletEntry[];
  usualRedirectUri: string | null;
  /** `null` when the server has not been inspected. */
  registersItself: boolean | null;
};

/** Sign-in by OAuth: which app it uses, and how the browser returns to Patchbay. */
export function OAuthFields({ form, errors, set, clients, usualRedirectUri, registersItself }: Props) {
  const isNewApp = form.clientEntry === null;
  const asApp = signsInAsApp(form);
  // Who needs none is not asked for one.
  const foldsOwnApp = registersItself === true;
  const ownApp = (
    <>
      <Switch
        isSelected={form.ownClient}
        onChange={(ownClient) => set({ ownClient })}
        help={ownAppHelp(registersItself)}
      >
        Use your own OAuth app
      </Switch>
      {form.ownClient && (
        <>
          <Switch
            isSelected={form.asApp}
            onChange={(asApp) => set({ asApp })}
            help="No browser. For servers that accept client credentials."
          >
            Sign in as the app
          </Switch>
          {usualRedirectUri && !asApp && <RedirectUri uri={redirectUriOf(form, usualRedirectUri)} />}
          {clients.length > 0 && (
            <SegmentedControl
              label="OAuth app source"
              segments={newOrSaved}
              value={isNewApp ? "new" : "entry"}
              onChange={(from) => set({ clientEntry: from === "entry" ? (clients[0]?.id ?? null) : null })}
            />
          )}
          {isNewApp ? (
            <div className="pair">
              <Field
                label="Client ID"
                mono
                isRequired
                value={form.clientId}
                onChange={(clientId) => set({ clientId })}
                error={errors.clientId}
              />
              <SecretValueField
                label="Client secret"
                value={form.clientSecret}
                onChange={(clientSecret) => set({ clientSecret })}
                isRequired={asApp}
                error={errors.clientSecret}
                help={`${asApp ? "" : "Optional. "}To use a secret reference such as env://NAME, enter it and choose “Use as reference”.`}
              />
            </div>
          ) : (
            <SavedEntry
              label="Saved OAuth app"
              entries={clients}
              value={form.clientEntry}
              error={errors.clientEntry}
              onChange={(clientEntry) => set({ clientEntry })}
            />
          )}
        </>
      )}
    </>
  );
  const { callbackPort, clientId, clientSecret, clientEntry } = errors;
  const foldedErrors = foldsOwnApp ? [callbackPort, clientId, clientSecret, clientEntry] : [callbackPort];
  return (
    <>
      {!foldsOwnApp && ownApp}
      <Advanced startsOpen={foldsOwnApp && form.ownClient} hasNews={foldedErrors.some((error) => error !== undefined)}>
        {foldsOwnApp && ownApp}
        {!asApp && (
          <div className={styles.line}>
            <span className={styles.label}>Redirect</span>
            <SegmentedControl<Redirect>
              label="Redirect"
              segments={[
                { value: "loopback", label: "Local port" },
                { value: "deep_link", label: "patchbay:// link" },
              ]}
              value={form.redirect}
              onChange={(redirect) => set({ redirect })}
            />
          </div>
        )}
        {!asApp && form.redirect === "loopback" && (
          <div className="pair">
            <Field
              label="Port"
              mono
              inputMode="numeric"
              placeholder={form.ownClient ? "Default port" : "Any free port"}
              value={form.callbackPort}
              onChange={(callbackPort) => set({ callbackPort })}
              error={errors.callbackPort}
              help="Set it if the provider needs an exact redirect address."
            />
            <Select
              label="Host"
              options={[
                { value: "127.0.0.1", label: "127.0.0.1" },
                { value: "localhost", label: "localhost" },
              ]}
              value={form.callbackHost}
              onChange={(callbackHost) => set({ callbackHost })}
            />
          </div>
        )}
        <Field
          label="Scopes"
          mono
          placeholder="Server default"
          value={form.scopes}
          onChange={(scopes) => set({ scopes })}
          help="Separate with spaces."
        />
      </Advanced>
    </>
  );
}

function ownAppHelp(registersItself: boolean | null): string {
  if (registersItself === null) return "For providers that require a registered app.";
  return registersItself
    ? "Not needed: Patchbay registers itself."
    : "Required: this server doesn't register apps automatically.";
}
