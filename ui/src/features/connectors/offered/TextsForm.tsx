import { useRef, useState } from "react";
import { Button } from "@/components/Button";
import { Form } from "@/components/Form";
import { useInvalidFocus } from "@/components/useInvalidFocus";
import { type CompletionTarget, type ConnectorId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import styles from "./Offered.module.css";
import { SuggestedField } from "./SuggestedField";

export type TextField = { name: string; description?: string | null; isRequired: boolean };

type Props = {
  connector: ConnectorId;
  target: CompletionTarget;
  fields: readonly TextField[];
  submitLabel: string;
  isPending: boolean;
  onSubmit: (texts: Record<string, string>) => void;
};

type Typed = Partial<Record<string, string>>;

const noTexts: Typed = {};

/** A form of text fields. The input is kept as long as the window is open. */
export function TextsForm({ connector, target, fields, submitLabel, isPending, onSubmit }: Props) {
  const [values, setValues] = useClientState(stateKey(noTexts, "texts", connector, JSON.stringify(target)));
  const [attempts, setAttempts] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  useInvalidFocus(form, attempts || undefined);
  // The kept input may have fields that the server no longer names.
  const typed = Object.fromEntries(
    fields.flatMap(({ name }) => {
      const text = values[name];
      return text ? [[name, text]] : [];
    }),
  );
  const isMissing = ({ name, isRequired }: TextField) => isRequired && !values[name];
  const submit = () => {
    if (fields.some(isMissing)) return setAttempts(attempts + 1);
    onSubmit(typed);
  };
  return (
    <Form ref={form} className={styles.form} isPending={isPending} onSubmit={submit} noValidate>
      {fields.map((one) => (
        <SuggestedField
          key={one.name}
          connector={connector}
          completes={{ target, argument: one.name, others: without(typed, one.name) }}
          label={one.name}
          help={one.description ?? undefined}
          isRequired={one.isRequired}
          error={attempts > 0 && isMissing(one) ? `Enter ${one.name}` : null}
          value={values[one.name] ?? ""}
          onChange={(text) => setValues((before) => ({ ...before, [one.name]: text }))}
        />
      ))}
      <div>
        <Button type="submit" look="primary" isPending={isPending}>
          {submitLabel}
        </Button>
      </div>
    </Form>
  );
}

const without = (texts: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(texts).filter(([other]) => other !== name));
