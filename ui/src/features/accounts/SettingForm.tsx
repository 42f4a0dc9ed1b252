import { useEffect, useState } from "react";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { usePlatformForm } from "@/components/PlatformForm/usePlatformForm";
import { WithCode } from "@/components/WithCode";
import { type Form, type WalletEntry } from "@/host/bindings";
import { readJson } from "@/lib/jsonText";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import styles from "./AccountPage.module.css";

type Props = {
  name: string;
  title: string;
  help: string;
  form: Form;
  /** JSON text; empty if unset. */
  text: string;
  error: string | undefined;
  wallet: WalletEntry[];
  onChange: (text: string) => void;
  onReadable: (name: string, isReadable: boolean) => void;
};

/** A setting with a JSON object as its value, edited by the platform's form. */
export function SettingForm({ name, title, help, form, text, error, wallet, onChange, onReadable }: Props) {
  const [start] = useState(() => {
    const { value } = readJson(text);
    return isObject(value) ? { values: value, drafts: new Map() } : undefined;
  });
  const state = usePlatformForm(form, start);
  const { isReadable } = state;
  useEffect(() => {
    if (isReadable) return;
    onReadable(name, false);
    return () => onReadable(name, true);
  }, [name, isReadable, onReadable]);
  const changeValues = (values: JsonObject) => {
    state.changeValues(values);
    onChange(Object.keys(values).length === 0 ? "" : JSON.stringify(values));
  };
  return (
    <fieldset className={styles.group} aria-invalid={error ? true : undefined}>
      <legend className="medium">{title}</legend>
      <p className="text2 small">
        <WithCode>{help}</WithCode>
      </p>
      <PlatformForm label={title} state={{ ...state, changeValues }} wallet={wallet} />
      {error && (
        <p className={styles.wrong} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
