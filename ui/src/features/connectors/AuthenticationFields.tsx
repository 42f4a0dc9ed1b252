import { useQuery } from "@tanstack/react-query";
import { Field } from "@/components/Field";
import { SegmentedControl } from "@/components/SegmentedControl";
import { type AuthenticationMethod, type WalletEntry, type WalletKind } from "@/host/bindings";
import { queries } from "@/host/queries";
import { type AuthenticationForm, type FormErrors } from "./authenticationForm";
import styles from "./AuthenticationFields.module.css";
import { HeaderLines } from "@/components/HeaderLines";
import { ReferenceOffer } from "@/components/ReferenceOffer";
import { OAuthFields } from "./OAuthFields";
import { ErrorText, newOrSaved, SavedEntry } from "./SavedEntry";

type Props = {
  form: AuthenticationForm;
  errors: FormErrors;
  onChange: (form: AuthenticationForm) => void;
  /** Default redirect URI of Patchbay. */
  usualRedirectUri: string | null;
  /** Whether the server supports dynamic client registration; `null` when it has not been inspected. */
  registersItself: boolean | null;
};

const methods: { value: AuthenticationMethod; label: string }[] = [
  { value: "oauth", label: "Browser" },
  { value: "bearer", label: "Token" },
  { value: "headers", label: "Headers" },
  { value: "none", label: "None" },
];

/** Takes the sign-in method of a connector and its details. */
export function AuthenticationFields({ form, errors, onChange, usualRedirectUri, registersItself }: Props) {
  const { data: wallet = [] } = useQuery(queries.wallet());
  const set = (changes: Partial<AuthenticationForm>) => onChange({ ...form, ...changes });
  return (
    <div className={styles.fields}>
      <div className={styles.line}>
        <span className={styles.label}>Sign-in method</span>
        <SegmentedControl
          label="Sign-in method"
          segments={methods}
          value={form.method}
          onChange={(method) => set({ method })}
        />
        {errors.method && <ErrorText>{errors.method}</ErrorText>}
      </div>
      {form.method === "oauth" && (
        <OAuthFields
          form={form}
          errors={errors}
          set={set}
          clients={entriesOfKind(wallet, "oauth_client")}
          usualRedirectUri={usualRedirectUri}
          registersItself={registersItself}
        />
      )}
      {form.method === "bearer" && (
        <TokenFields form={form} errors={errors} set={set} tokens={entriesOfKind(wallet, "bearer")} />
      )}
      {form.method === "headers" && (
        <HeadersFields form={form} errors={errors} set={set} saved={entriesOfKind(wallet, "headers")} />
      )}
    </div>
  );
}

function entriesOfKind(wallet: WalletEntry[], kind: WalletKind): WalletEntry[] {
  return wallet.filter((entry) => entry.kind === kind);
}

type PartProps = { form: AuthenticationForm; errors: FormErrors; set: (changes: Partial<AuthenticationForm>) => void };

function TokenFields({ form, errors, set, tokens }: PartProps & { tokens: WalletEntry[] }) {
  return (
    <>
      <SegmentedControl
        label="Token source"
        segments={[
          { value: "new", label: "New" },
          { value: "reference", label: "Secret reference" },
          ...(tokens.length > 0 ? [{ value: "entry" as const, label: "Saved" }] : []),
        ]}
        value={form.tokenFrom}
        onChange={(tokenFrom) => set({ tokenFrom })}
      />
      {form.tokenFrom === "new" && (
        <Field
          label="Token"
          type="password"
          mono
          value={form.token}
          onChange={(token) => set({ token })}
          error={errors.token}
          help="Saved in the wallet and sent only to this address. You can replace it but not view it."
          autoComplete="new-password"
        />
      )}
      {form.tokenFrom === "new" && (
        <ReferenceOffer
          text={form.token}
          onUse={() => set({ tokenFrom: "reference", reference: form.token.trim(), token: "" })}
        />
      )}
      {form.tokenFrom === "reference" && (
        <Field
          label="Secret reference"
          mono
          placeholder="env://GITHUB_TOKEN"
          value={form.reference}
          onChange={(reference) => set({ reference })}
          error={errors.reference}
          help="Read on each use. Only the reference is saved."
        />
      )}
      {form.tokenFrom === "entry" && (
        <SavedEntry
          label="Saved token"
          entries={tokens}
          value={form.tokenEntry}
          error={errors.tokenEntry}
          onChange={(tokenEntry) => set({ tokenEntry })}
        />
      )}
    </>
  );
}

function HeadersFields({ form, errors, set, saved }: PartProps & { saved: WalletEntry[] }) {
  return (
    <>
      {saved.length > 0 && (
        <SegmentedControl
          label="Header source"
          segments={newOrSaved}
          value={form.headersFrom}
          onChange={(headersFrom) => set({ headersFrom })}
        />
      )}
      {form.headersFrom === "entry" ? (
        <SavedEntry
          label="Saved headers"
          entries={saved}
          value={form.headersEntry}
          error={errors.headersEntry}
          onChange={(headersEntry) => set({ headersEntry })}
        />
      ) : (
        <HeaderLines
          takesReferences
          lines={form.headers}
          error={errors.headers}
          onChange={(headers) => set({ headers })}
        />
      )}
    </>
  );
}
