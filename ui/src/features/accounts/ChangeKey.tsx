import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type Account, type PlatformField } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { AccountFields } from "./AccountFields";
import {
  type AccountForm,
  beyondFields,
  emptyForm,
  errorsOf,
  type FormErrors,
  secretsOf,
  serverErrors,
} from "./accountForm";
import styles from "./AccountPage.module.css";
import { useReplaceSecrets } from "./useAccountActions";

type Props = { account: Account; fields: PlatformField[] };

/** Puts other secrets in place of an account's; the old ones stay until the new ones were seen to work. */
export function ChangeKey({ account, fields }: Props) {
  const secrets = fields.filter((field) => field.isSecret);
  const [form, setForm] = useState<AccountForm>(emptyForm);
  const [errors, setErrors] = useState<FormErrors>({});
  const { data: wallet = [] } = useQuery(queries.wallet());
  const replace = useReplaceSecrets();
  const box = useRef<HTMLFormElement>(null);
  // A new object after each attempt, even with the same errors.
  useEffect(() => box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [errors]);
  const given = secretsOf(secrets, form);
  const isTouched = Object.keys(given).length > 0;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    const wrong = errorsOf(secrets, form);
    setErrors(wrong);
    if (Object.keys(wrong).length > 0 || !isTouched) return;
    replace.mutate(
      { id: account.id, secrets: given },
      {
        onSuccess: () => setForm(emptyForm),
        onError: (thrown) => setErrors(serverErrors(asProblem(thrown).fields, secrets)),
      },
    );
  };
  if (secrets.length === 0) return null;
  const words = account.isSignedOut ? "Sign in" : "Replace key";
  return (
    <section className={styles.section} aria-label={words}>
      <h2>{words}</h2>
      <p className="text2">
        {account.isSignedOut
          ? "The key is tested before it's saved."
          : "You can't view the saved key. A new one is tested before it replaces it."}
      </p>
      <form ref={box} className={styles.form} onSubmit={submit} noValidate>
        <AccountFields
          fields={secrets}
          form={form}
          errors={errors}
          wallet={wallet}
          autoFocus={false}
          onChange={(next) => {
            setForm(next);
            setErrors({});
          }}
        />
        {replace.error && (
          <ProblemNotice problem={beyondFields(asProblem(replace.error), secrets)} onRetry={() => submit()} />
        )}
        <div className={styles.actions}>
          <Button
            type="submit"
            look={isTouched ? "primary" : "plain"}
            isDisabled={!isTouched}
            isPending={replace.isPending}
          >
            {account.isSignedOut ? "Sign in" : "Replace key"}
          </Button>
        </div>
      </form>
    </section>
  );
}
