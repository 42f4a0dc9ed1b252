import { Button } from "@/components/Button";
import { Form } from "@/components/Form";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Section } from "@/components/Section";
import { type Account, type PlatformField } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { isObject } from "@/lib/schema/schema";
import { AccountFields } from "./AccountFields";
import { beyondFields, emptyForm, secretsOf } from "./accountForm";
import styles from "./AccountPage.module.css";
import { useReplaceSecrets } from "./useAccountActions";
import { useAccountForm } from "./useAccountForm";

type Props = { account: Account; fields: PlatformField[] };

/** Replaces the secrets of an account. The old ones stay until the new ones have been tested. */
export function ChangeKey({ account, fields }: Props) {
  const settings: Record<string, unknown> = isObject(account.settings) ? account.settings : {};
  const secrets = fields
    .filter((field) => field.isSecret)
    .map((field) => (field.unless !== null && settings[field.unless] ? { ...field, isRequired: false } : field));
  const { form, setForm, box, inputs, validate, showErrors } = useAccountForm(secrets);
  const replace = useReplaceSecrets(account.id);
  const given = secretsOf(secrets, form);
  const isTouched = Object.keys(given).length > 0;
  // An account may have been signed in without a key.
  const canSubmit = isTouched || account.isSignedOut === true;
  const submit = () => {
    if (!validate() || !canSubmit) return;
    replace.mutate(
      { secrets: given, signsIn: account.isSignedOut ?? false },
      { onSuccess: () => setForm(emptyForm), onError: showErrors },
    );
  };
  if (secrets.length === 0) return null;
  const words = account.isSignedOut ? "Sign in" : "Replace key";
  return (
    <Section title={words}>
      <p className="text2">
        {account.isSignedOut
          ? "The key is tested before it's saved."
          : "You can't view the saved key. A new one is tested before it replaces it."}
      </p>
      <Form ref={box} className={styles.form} isPending={replace.isPending} onSubmit={submit} noValidate>
        <AccountFields {...inputs} autoFocus={false} />
        {replace.error && <ProblemNotice problem={beyondFields(asProblem(replace.error), secrets)} onRetry={submit} />}
        <div className={styles.actions}>
          <Button
            type="submit"
            look={canSubmit ? "primary" : "plain"}
            isDisabled={!canSubmit}
            isPending={replace.isPending}
          >
            {words}
          </Button>
        </div>
      </Form>
    </Section>
  );
}
