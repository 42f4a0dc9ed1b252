import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { useFirstFieldFocus } from "@/components/PlatformForm/useFirstFieldFocus";
import { usePlatformForm } from "@/components/PlatformForm/usePlatformForm";
import { PlatformTile } from "@/components/PlatformTile";
import { ProblemNotice } from "@/components/ProblemNotice";
import { isSignInAction } from "@/components/nextAction";
import { SubmitButton } from "@/components/SubmitButton";
import { Working } from "@/components/Working";
import { useToasts } from "@/host/toasts";
import { type Account, type AuthorizationId, type Connector, type Form, type ProviderSignIn } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import styles from "./Create.module.css";
import { type CreateDrafts } from "./drafts";
import { newProviderDraft } from "./providerForm";
import { ProviderPart } from "./ProviderPart";
import { useCreateConnector } from "./useCreateConnector";

/** What every step with a creation form gets. */
export type FormStepProps = {
  account: Account;
  drafts: CreateDrafts;
  onBack: () => void;
  onClose: () => void;
  /** `signIn` means that the connector needs a sign-in before it works. */
  onCreated: (connector: Connector, signIn: boolean) => void;
  onShowAuthorization: (id: AuthorizationId) => void;
};

type Props = FormStepProps & {
  title: string;
  subtitle: string;
  /** Id of the definition. */
  definition: string;
  /** Whether the user signs in on a page after creation. */
  hasConsent: boolean;
  form: Form;
  /** How a sign-in can fill the form; `null` if it can't. */
  provider: ProviderSignIn | null;
  draftName: string;
};

/** The platform's form to create a connector; its draft can be discarded. */
export function CreateForm(props: Props) {
  const [round, setRound] = useState(0);
  const startOver = () => {
    props.drafts.drop(props.draftName);
    setRound(round + 1);
  };
  return <DraftForm key={round} {...props} onStartOver={startOver} />;
}

function DraftForm(props: Props & { onStartOver: () => void }) {
  const {
    title,
    subtitle,
    account,
    definition,
    hasConsent,
    form,
    provider,
    drafts,
    draftName,
    onBack,
    onClose,
    onCreated,
    onShowAuthorization,
    onStartOver,
  } = props;
  const [draft] = useState(() => drafts.find(draftName));
  const state = usePlatformForm(form, draft);
  const [signIn, setSignIn] = useState(draft?.provider ?? null);
  const { data: wallet = [] } = useQuery(queries.wallet());
  const { announce } = useToasts();
  const { box, handle, setHandle } = useFirstFieldFocus(provider === null);
  const isCreated = useRef(false);
  const create = useCreateConnector(() => {
    isCreated.current = true;
    drafts.drop(draftName);
  });
  const { values, drafts: secrets, isChanged } = state;

  useEffect(() => {
    if (isCreated.current) return;
    if (isChanged || signIn) drafts.save(draftName, { values, drafts: secrets }, signIn);
    else drafts.drop(draftName);
  }, [drafts, draftName, isChanged, values, secrets, signIn]);

  // Focus moves in an effect, because errors are rendered and fields enabled only then.
  const [refusals, setRefusals] = useState(0);
  const isOpen = !create.isPending;
  // Progress and failure are shown below the form, and get the focus where no field can.
  const announcement = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen || (refusals > 0 && !handle.current?.focusProblem())) announcement.current?.focus();
  }, [refusals, isOpen, handle]);
  const submit = () => {
    if (create.isPending) return;
    if (!state.validateAll()) return setRefusals(refusals + 1);
    announce(`Creating on ${account.label}`);
    create.mutate(
      { account: account.id, definition, values: state.values, secrets: state.secrets() },
      {
        onSuccess: (connector) => onCreated(connector, needsSignIn(connector, hasConsent)),
        onError: (thrown) => {
          state.setServerErrors(asProblem(thrown).fields);
          setRefusals(refusals + 1);
        },
      },
    );
  };

  return (
    <Dialog
      wide
      title={title}
      mark={<PlatformTile platform={account.platform} colour={account.colour} />}
      subtitle={subtitle}
      onClose={onClose}
      footer={
        <>
          <span>
            {hasConsent
              ? "Next, you sign in with your browser."
              : "Your entries are kept if you close this, except secrets."}
          </span>
          <Button onPress={onBack}>Back</Button>
          <SubmitButton
            label={hasConsent ? "Create and sign in" : "Create connector"}
            keyLabel="Create connector"
            isPending={create.isPending}
            onSubmit={submit}
          />
        </>
      }
    >
      {draft && (
        <div className={styles.taken} role="note">
          <span>
            {draft.missing.length === 0
              ? "Unsaved changes restored."
              : `Unsaved changes restored. Enter ${draft.missing.join(", ")} again.`}
          </span>
          <Button look="link" onPress={onStartOver}>
            Discard changes
          </Button>
        </div>
      )}
      {provider && (
        <ProviderPart
          account={account}
          definition={definition}
          provider={provider}
          draft={signIn ?? newProviderDraft(provider)}
          onChange={setSignIn}
          state={state}
          wallet={wallet}
          onShowAuthorization={onShowAuthorization}
        />
      )}
      <div ref={box}>
        <PlatformForm ref={setHandle} label={title} state={state} wallet={wallet} isDisabled={create.isPending} />
      </div>
      {(create.isPending || create.error) && (
        <div ref={announcement} tabIndex={-1} className={styles.news}>
          {create.isPending && (
            <Working label="Creating" since={create.submittedAt}>{`Creating on ${account.label}`}</Working>
          )}
          {create.error && <ProblemNotice problem={{ ...asProblem(create.error), fields: [] }} onRetry={submit} />}
        </div>
      )}
    </Dialog>
  );
}

function needsSignIn(connector: Connector, hasConsent: boolean): boolean {
  return isSignInAction(connector.nextAction) || (hasConsent && connector.status.status !== "ready");
}
