import { useState } from "react";
import { Button } from "@/components/Button";
import { Form } from "@/components/Form";
import { focusForm } from "@/components/keepFocus";
import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { Section } from "@/components/Section";
import { useShortcut } from "@/components/shortcuts";
import { Working } from "@/components/Working";
import { type Account, type PlatformForm } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useClientState } from "@/host/clientState";
import { useToasts } from "@/host/toasts";
import { isPlainHttp } from "@/lib/plainHttp";
import { AccountFields } from "./AccountFields";
import {
  type AccountForm,
  beyondFields,
  changedSettings,
  formOf,
  leadsElsewhere,
  secretsOf,
  settingsOf,
} from "./accountForm";
import styles from "./AccountPage.module.css";
import { settingsEdits, useChangeSettings, useTestSettings } from "./useAccountActions";
import { useAccountForm } from "./useAccountForm";

type Props = { account: Account; platform: PlatformForm };

/**
 * Edits the settings of an account. They are tested before they are saved. Its secrets are entered here only with the
 * address of another origin, which does not get the saved ones.
 */
export function AccountSettings({ account, platform }: Props) {
  if (platform.fields.every((field) => field.isSecret)) return null;
  return <SettingsForm account={account} platform={platform} />;
}

function SettingsForm({ account, platform }: Props) {
  const first = formOf(platform, account.settings);
  const [edits, setEdits] = useClientState(settingsEdits(account.id));
  const start = { ...first, settings: { ...first.settings, ...edits } };
  const [isElsewhere, setIsElsewhere] = useState(() => leadsElsewhere(first, start));
  const fields = platform.fields.filter((field) => !field.isSecret || isElsewhere);
  const { form, setForm, box, inputs, validate, showErrors } = useAccountForm(fields, start);
  const { announce } = useToasts();
  const test = useTestSettings(account.id);
  const change = useChangeSettings(account.id);
  const [round, setRound] = useState(0);
  const [saved, setSaved] = useState(account.settings);
  if (JSON.stringify(saved) !== JSON.stringify(account.settings)) {
    setSaved(account.settings);
    setForm(start);
    setIsElsewhere(leadsElsewhere(first, start));
    // What was saved here is shown already.
    if (!isSaved(platform, form, account.settings, edits)) setRound(round + 1);
  }
  const failure = test.error ?? change.error;
  const isChanged = Object.keys(changedSettings(first, form)).length > 0;
  const isSignedOut = account.isSignedOut ?? false;

  const given = () => ({ settings: settingsOf(platform, form), secrets: secretsOf(fields, form) });
  const changeForm = (next: AccountForm) => {
    inputs.onChange(next);
    setIsElsewhere(leadsElsewhere(first, next));
    // Only what differs is kept, so that it does not undo what changes elsewhere meanwhile.
    setEdits(changedSettings(first, next));
    test.reset();
    if (!change.isPending) change.reset();
  };
  const testChanges = () => {
    const isValid = validate();
    change.reset();
    if (!isValid || isSignedOut) return;
    announce("Testing settings");
    test.mutate(given(), { onError: showErrors });
  };
  const save = () => {
    const isValid = isChanged && !isSignedOut && !change.isPending && validate();
    test.reset();
    if (isValid) change.mutate({ ...given(), edits }, { onError: showErrors });
  };
  useShortcut({ keys: "form.save", run: save });
  useShortcut({ keys: "form.submit", label: "Test settings", run: testChanges });

  return (
    <Section title="Settings">
      <Form ref={box} className={styles.form} onSubmit={save} noValidate>
        <AccountFields {...inputs} round={round} autoFocus={false} onChange={changeForm} />
        {isElsewhere && (
          <p className="text2 small">The saved key isn&apos;t sent to another address. Enter the key for it.</p>
        )}
        {isElsewhere && isPlainHttp(form.settings.base_url ?? "") && form.settings.allow_plain_http && (
          <Notice glyph="failing" title="Plain http is allowed">
            This address uses http. Anyone on the network can read and use the key. Remove Allow plain http unless you
            trust the network.
          </Notice>
        )}
        {test.isPending && (
          <Working label="Testing" since={test.submittedAt}>
            Testing settings
          </Working>
        )}
        {test.isSuccess && (
          <Notice glyph="ready" role="status" title="Settings work">
            Not saved yet.
          </Notice>
        )}
        {failure && <ProblemNotice problem={beyondFields(asProblem(failure), fields)} />}
        {isSignedOut && <p className="text2 small">Sign in to change settings.</p>}
        <div className={styles.actions}>
          <Button keys="form.submit" isDisabled={isSignedOut} isPending={test.isPending} onPress={testChanges}>
            Test
          </Button>
          <Button
            type="submit"
            keys="form.save"
            look={isChanged ? "primary" : "plain"}
            isDisabled={!isChanged || isSignedOut}
            isPending={change.isPending}
          >
            Save
          </Button>
          {isChanged && (
            <Button
              look="quiet"
              onPress={(event) => {
                focusForm(event);
                changeForm(first);
                setRound(round + 1);
              }}
            >
              Discard changes
            </Button>
          )}
        </div>
      </Form>
    </Section>
  );
}

/** Whether the form holds these settings, apart from those that are edited. */
function isSaved(
  platform: PlatformForm,
  form: AccountForm,
  settings: unknown,
  edits: AccountForm["settings"],
): boolean {
  const saved = settingsOf(platform, formOf(platform, settings));
  const shown = settingsOf(platform, form);
  return platform.fields.every(
    ({ name }) => name in edits || JSON.stringify(saved[name]) === JSON.stringify(shown[name]),
  );
}
