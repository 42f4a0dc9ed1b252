import { useMemo } from "react";
import { type WalletEntry } from "@/host/bindings";
import { LazySchemaForm } from "../SchemaForm/LazySchemaForm";
import { type SchemaFormProps } from "../SchemaForm/schemaFormProps";
import { type PlatformFormState } from "./usePlatformForm";

type Props = {
  label: string;
  state: PlatformFormState;
  wallet: WalletEntry[];
  isDisabled?: boolean;
  ref?: SchemaFormProps["ref"];
};

/** A platform's form, with its own titles and help. Secrets are typed, referenced, or selected from the wallet. */
export function PlatformForm({ label, state, wallet, isDisabled, ref }: Props) {
  const { form, values, drafts, shown, changeValues, changeSecret, touch, setReadable } = state;
  const secrets = useMemo(
    () => ({
      drafts,
      change: changeSecret,
      wallet: wallet.filter((entry) => entry.kind === "bearer" || entry.kind === "oauth_client"),
      kept: new Set(form.kept),
    }),
    [drafts, changeSecret, wallet, form],
  );
  return (
    <LazySchemaForm
      ref={ref}
      label={label}
      schema={form.schema}
      value={values}
      onChange={changeValues}
      problems={shown}
      onLeave={touch}
      onReadable={setReadable}
      isDisabled={isDisabled}
      secrets={secrets}
    />
  );
}
