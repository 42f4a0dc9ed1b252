import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field } from "@/components/Field";
import { PlatformTile } from "@/components/PlatformTile";
import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { Seconds } from "@/components/Seconds";
import { SegmentedControl } from "@/components/SegmentedControl";
import { StatusGlyph } from "@/components/StatusGlyph";
import { SubmitButton } from "@/components/SubmitButton";
import { useToasts } from "@/host/toasts";
import { type Account, type PlatformForm } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { AccountFields } from "./AccountFields";
import {
  type AccountForm,
  beyondFields,
  byWay,
  emptyForm,
  errorsOf,
  type FormErrors,
  requestOf,
  serverErrors,
  waysOf,
} from "./accountForm";
import styles from "./AddAccount.module.css";
import { useAddAccount } from "./useAccountActions";

type Props = { platform: PlatformForm; onBack: () => void; onClose: () => void; onAdded: (account: Account) => void };

/** What one platform wants; tried by a light read before it is kept. */
export function AddAccountForm({ platform, onBack, onClose, onAdded }: Props) {
  const [form, setForm] = useState<AccountForm>(emptyForm);
  const [errors, setErrors] = useState<FormErrors>({});
  const box = useRef<HTMLFormElement>(null);
  const { data: wallet = [] } = useQuery(queries.wallet());
  const { add, stop } = useAddAccount();
  const { announce, toast } = useToasts();
  const ways = waysOf(platform);
  const [way, setWay] = useState(ways[0]);
  const asked = byWay(platform, way);
  const { title, fields } = asked;

  // A new object after each attempt, even with the same errors.
  useEffect(() => box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [errors]);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (add.isPending) return;
    const wrong = errorsOf(fields, form);
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    announce(`Signing in to ${title}`);
    add.mutate(requestOf(asked, form), {
      onSuccess: (account) => {
        if (!account) return;
        toast(`${account.label} added`);
        onAdded(account);
      },
      onError: (thrown) => setErrors(serverErrors(asProblem(thrown).fields, fields)),
    });
  };
  const leave = (where: () => void) => () => {
    if (add.isPending) stop();
    where();
  };

  return (
    <Dialog
      title={`Add ${title} account`}
      mark={<PlatformTile platform={platform.platform} />}
      subtitle="Patchbay tests the sign-in before saving."
      onClose={leave(onClose)}
      notice={
        add.error && <ProblemNotice problem={beyondFields(asProblem(add.error), fields)} onRetry={() => submit()} />
      }
      footer={
        <>
          <span />
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
      <form ref={box} className={styles.form} onSubmit={submit} noValidate>
        {ways.length > 1 && (
          <SegmentedControl
            label="Sign-in method"
            segments={ways.map((one) => ({ value: one, label: one }))}
            value={way ?? null}
            onChange={(chosen) => {
              setWay(chosen);
              setErrors({});
            }}
          />
        )}
        <AccountFields
          fields={fields}
          form={form}
          errors={errors}
          wallet={wallet}
          onChange={(next) => {
            setForm(next);
            setErrors({});
          }}
        />
        <Field
          label="Name"
          placeholder={title}
          value={form.label}
          onChange={(label) => setForm({ ...form, label })}
          help="Optional. Shown in lists."
        />
        {/* Without it, Enter in a field would not submit. */}
        <button type="submit" className="unseen" tabIndex={-1} aria-hidden="true">
          Add account
        </button>
      </form>
      {add.isPending && <TestingSignIn title={title} since={add.submittedAt} onStop={stop} />}
    </Dialog>
  );
}

function TestingSignIn({ title, since, onStop }: { title: string; since: number; onStop: () => void }) {
  return (
    <div className={styles.trying} role="group" aria-label="Signing in">
      <StatusGlyph name="authorizing" />
      <span className="grow cut">Signing in to {title}</span>
      <span className="text3" aria-hidden="true">
        <Seconds since={since} />
      </span>
      <Button small look="quiet" onPress={onStop}>
        Stop
      </Button>
    </div>
  );
}
