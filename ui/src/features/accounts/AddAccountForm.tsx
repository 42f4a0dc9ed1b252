import { useState } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { Form } from "@/components/Form";
import { FormDialog } from "@/components/FormDialog";
import { PlatformTile } from "@/components/PlatformTile";
import { Notice } from "@/components/ProblemNotice";
import { SegmentedControl } from "@/components/SegmentedControl";
import { SubmitButton } from "@/components/SubmitButton";
import { VaultFailureNotice } from "@/components/VaultNotice";
import { Working } from "@/components/Working";
import { useToasts } from "@/host/toasts";
import { type Account, type PlatformForm } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { AccountFields } from "./AccountFields";
import { beyondFields, withMethod, requestOf, signInMethods } from "./accountForm";
import { useAddAccount } from "./useAccountActions";
import { useAccountForm } from "./useAccountForm";

type Props = { platform: PlatformForm; onBack: () => void; onClose: () => void; onAdded: (account: Account) => void };

/** The form of one platform. The sign-in is tested before it is saved. */
export function AddAccountForm({ platform, onBack, onClose, onAdded }: Props) {
  const { add, stop } = useAddAccount();
  const { announce } = useToasts();
  const methods = signInMethods(platform);
  const [method, setMethod] = useState(methods[0]);
  const chosen = withMethod(platform, method);
  const { title, fields } = chosen;
  const { form, setForm, box, inputs, validate, showErrors, clearErrors } = useAccountForm(fields);
  const submit = () => {
    if (!validate()) return;
    announce(`Signing in to ${title}`);
    add.mutate(requestOf(chosen, form), { onSuccess: (account) => account && onAdded(account), onError: showErrors });
  };
  const leave = (where: () => void) => () => {
    if (add.isPending) stop();
    where();
  };

  return (
    <FormDialog
      title={`Add ${title} account`}
      mark={<PlatformTile platform={platform.platform} />}
      subtitle="Patchbay tests the sign-in before saving."
      onClose={leave(onClose)}
      notice={add.error && <VaultFailureNotice problem={beyondFields(asProblem(add.error), fields)} onRetry={submit} />}
      footer={
        <>
          <Button onPress={leave(onBack)}>Back</Button>
          <SubmitButton label="Add account" isPending={add.isPending} onSubmit={submit} />
        </>
      }
    >
      {platform.isAssumed && (
        <Notice glyph="changed" title="Experimental">
          {title} has no public API documentation. If something doesn't work, adjust it under Advanced.
        </Notice>
      )}
      <Form ref={box} className="form" isPending={add.isPending} onSubmit={submit} noValidate>
        {methods.length > 1 && (
          <SegmentedControl
            label="Sign-in method"
            segments={methods.map((one) => ({ value: one, label: one }))}
            value={method ?? null}
            onChange={(next) => {
              setMethod(next);
              clearErrors();
            }}
          />
        )}
        <AccountFields {...inputs} />
        <Field
          label="Name"
          placeholder={title}
          value={form.label}
          onChange={(label) => setForm({ ...form, label })}
          help="Optional. Shown in lists."
        />
        {/* Enables submitting with Enter. */}
        <button type="submit" className="unseen" tabIndex={-1} aria-hidden="true">
          Add account
        </button>
      </Form>
      {add.isPending && (
        <Working label="Signing in" since={add.submittedAt} onStop={stop}>{`Signing in to ${title}`}</Working>
      )}
    </FormDialog>
  );
}
