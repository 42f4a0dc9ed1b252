import { Field } from "@/components/Field";
import { HeaderLines } from "@/components/HeaderLines";
import { ReferenceOffer } from "@/components/ReferenceOffer";
import { SecretValueField } from "@/components/SecretValueField";
import { SegmentedControl } from "@/components/SegmentedControl";
import { optionsOf } from "@/lib/options";
import { type SecretForm } from "./secretForm";

type Props = {
  form: SecretForm;
  error: string | null;
  onChange: (form: SecretForm) => void;
  keepsValues?: boolean;
  autoFocus?: boolean;
};

/** The fields for a secret, whose value is never shown again. */
export function SecretFields({ form, error, onChange, keepsValues = false, autoFocus = false }: Props) {
  const set = (changes: Partial<SecretForm>) => onChange({ ...form, ...changes });
  switch (form.kind) {
    case "bearer":
      return (
        <>
          <Field
            label="Token"
            type="password"
            mono
            autoFocus={autoFocus}
            autoComplete="new-password"
            value={form.token}
            onChange={(token) => set({ token })}
            error={error}
            help="You can replace it later but not view it."
          />
          <ReferenceOffer
            text={form.token}
            onUse={() => set({ kind: "reference", reference: form.token.trim(), token: "" })}
          />
        </>
      );
    case "reference":
      return (
        <Field
          label="Secret reference"
          mono
          autoFocus={autoFocus}
          placeholder="env://GITHUB_TOKEN"
          value={form.reference}
          onChange={(reference) => set({ reference })}
          error={error}
          help="Read on each use. Only the reference is saved."
        />
      );
    case "headers":
    case "variables":
      return (
        <HeaderLines
          of={form.kind === "headers" ? "header" : "variable"}
          takesReferences
          lines={form.headers}
          error={error ?? undefined}
          valuePlaceholder={keepsValues ? "Leave empty to keep" : undefined}
          onChange={(headers) => set({ headers })}
        />
      );
    case "oauth_client":
      return (
        <>
          <Field
            label="Client ID"
            mono
            autoFocus={autoFocus}
            isRequired
            value={form.clientId}
            onChange={(clientId) => set({ clientId })}
            error={error}
          />
          <SecretValueField
            label="Client secret"
            value={form.clientSecret}
            onChange={(clientSecret) => set({ clientSecret })}
            help="Optional"
          />
        </>
      );
  }
}

type KindProps = { kind: SecretForm["kind"]; onChange: (kind: "bearer" | "reference") => void };

/** Switches between a token and a reference; nothing for other kinds. */
export function SecretKindControl({ kind, onChange }: KindProps) {
  if (kind !== "bearer" && kind !== "reference") return null;
  return (
    <SegmentedControl
      label="New type"
      segments={optionsOf({ bearer: "Token", reference: "Secret reference" })}
      value={kind}
      onChange={onChange}
    />
  );
}
