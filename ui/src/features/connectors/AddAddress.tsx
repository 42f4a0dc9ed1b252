import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { FormDialog } from "@/components/FormDialog";
import { ErrorNotice } from "@/components/ProblemNotice";
import { PlainHttpSwitch } from "@/components/PlainHttpSwitch";
import { SubmitButton } from "@/components/SubmitButton";
import { VaultFailureNotice } from "@/components/VaultNotice";
import { Working } from "@/components/Working";
import { type AddressInspection, commands, type Connector, type PastedServer } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { type AuthenticationForm, choiceOf, errorsOf, type FormErrors, newForm } from "./authenticationForm";
import { AddressFacts } from "./AddressFacts";
import { type Step, StepFooter } from "./AddStep";
import { AuthenticationFields } from "./AuthenticationFields";
import { type KnownServer } from "./knownServer";
import { NameFields } from "./NameFields";
import { NotesNotice } from "./NotesNotice";
import { OfferedAddress } from "./OfferedAddress";
import { PastedSettings } from "./PastedSettings";
import { PasteField, type PasteProps, PasteFooter, pasteHelp } from "./PasteStep";
import { useAddConnector } from "./useConnectorActions";
import { hostOf, useInspection } from "./useInspection";

type Props = Step & {
  url: string;
  server: PastedServer;
  /** What was changed in or left out of the pasted text. */
  notes: string[];
  /** Whether the address came from a link: nothing is sent to it before the user agrees. */
  isOffered: boolean;
  /** Sign-in with the headers that were pasted with the address. */
  headers: AuthenticationForm | null;
  /** Sign-in typed for the previous address. */
  typed: AuthenticationForm | null;
  onTyped: (form: AuthenticationForm) => void;
  known?: KnownServer;
  /** Field that the address was typed into, shown until the inspection succeeds. */
  paste: PasteProps;
  /** `connect` means that the sign-in in the browser comes next. */
  onAdded: (connector: Connector, connect: boolean) => void;
};

/** Inspects an address, then adds a connector to it. Input survives a failure. */
export function AddAddress(props: Props) {
  const { url, server, notes, isOffered, headers, typed, onTyped, known, paste, onAdded, ...step } = props;
  const { turn, onBack, onSkip, onClose } = step;
  const [isAgreed, setAgreed] = useState(!isOffered);
  const [found, setFound] = useState<AddressInspection | null>(null);
  const [title, setTitle] = useState("");
  // Null until typed: a derived short name gets a number if it is taken meanwhile.
  const [name, setName] = useState<string | null>(null);
  const [form, setForm] = useState(headers ?? typed ?? newForm("oauth"));
  const [errors, setErrors] = useState<FormErrors>({});
  const [allowPlainHttp, setAllowPlainHttp] = useState(false);
  const knownTitle = useRef(known?.title ?? null);
  // Another inspection leaves the sign-in that the user chose meanwhile.
  const isChosen = useRef(false);
  const inspect = useInspection((inspection) => {
    setFound(inspection);
    setTitle(knownTitle.current ?? inspection.title);
    // Pasted headers determine the sign-in.
    if (headers) return;
    const hasAnswer = isAnswered(inspection);
    const suggested = hasAnswer
      ? (inspection.methods[0] ?? (inspection.needsAuthorization ? "oauth" : "none"))
      : (known?.methods[0] ?? null);
    setForm((before) => {
      const method = isChosen.current ? before.method : suggested;
      const needsClient = hasAnswer && method === "oauth" && !inspection.registersItself;
      return { ...before, method, ownClient: needsClient || (isChosen.current && before.ownClient) };
    });
  });
  const add = useAddConnector(commands.addConnector);
  const { run: inspectAddress } = inspect;
  useEffect(() => {
    if (isAgreed) inspectAddress(url);
  }, [inspectAddress, url, isAgreed]);

  const signsIn = form.method === "oauth" && !server.isOff;
  const submit = () => {
    if (!found) return;
    const newErrors = errorsOf(form);
    setErrors(newErrors);
    if (Object.keys(newErrors).length > 0) return;
    add.mutate(
      {
        url: found.url,
        name: name?.trim() || null,
        title: title.trim() || null,
        authentication: choiceOf(form),
        ...(found.plainHttp && allowPlainHttp && { allowPlainHttp }),
        timeLimits: server.timeLimits,
        isOff: server.isOff,
      },
      { onSuccess: (connector) => onAdded(connector, signsIn) },
    );
  };
  const hasAnswer = found === null || isAnswered(found);
  const startOver = () => {
    inspect.stop();
    onBack();
  };

  if (!isAgreed)
    return (
      <OfferedAddress
        url={url}
        notes={notes}
        turn={turn}
        onSkip={onSkip}
        onClose={onClose}
        onAgree={() => setAgreed(true)}
      />
    );
  return (
    <FormDialog
      title="Add connector"
      subtitle={found ? found.url : pasteHelp}
      wide={Boolean(found)}
      errors={errors}
      isPending={add.isPending}
      onClose={onClose}
      notice={
        add.error ? (
          <VaultFailureNotice problem={asProblem(add.error)} onRetry={submit} />
        ) : (
          found && inspect.error && <ErrorNotice error={inspect.error} />
        )
      }
      footer={
        found ? (
          <StepFooter
            {...step}
            note={server.isOff ? "Saved turned off." : "Saved as a draft until it first connects."}
            onBack={startOver}
          >
            {hasAnswer ? (
              <SubmitButton
                label={signsIn && !turn ? "Add and sign in" : "Add connector"}
                keyLabel="Add connector"
                isPending={add.isPending}
                onSubmit={submit}
              />
            ) : (
              <>
                <Button look="quiet" isPending={add.isPending} onPress={submit}>
                  Add anyway
                </Button>
                <SubmitButton
                  label="Try again"
                  isPending={inspect.isPending}
                  onSubmit={() => inspectAddress(found.url)}
                />
              </>
            )}
          </StepFooter>
        ) : (
          <PasteFooter {...paste} isPending={inspect.isPending} onClose={onClose} />
        )
      }
    >
      <NotesNotice notes={notes} />
      {found ? (
        <>
          <AddressFacts found={found} known={known} title={title} />
          <PastedSettings server={server} />
          <NameFields
            title={title}
            onTitle={(typed) => {
              knownTitle.current = typed;
              setTitle(typed);
            }}
            name={name ?? (title === found.title ? found.name : "")}
            onName={setName}
            failure={add.error}
          />
          <AuthenticationFields
            form={form}
            errors={errors}
            onChange={(next) => {
              isChosen.current = true;
              setForm(next);
              onTyped(next);
              setErrors({});
            }}
            usualRedirectUri={found.redirectUri}
            registersItself={hasAnswer ? found.registersItself : null}
          />
          {found.plainHttp && form.method !== "none" && (
            <PlainHttpSwitch isSelected={allowPlainHttp} onChange={setAllowPlainHttp} />
          )}
        </>
      ) : (
        <PasteField {...paste} isPending={inspect.isPending}>
          {inspect.isPending && (
            <Working label="Checking" since={inspect.since} onStop={inspect.stop}>{`Checking ${hostOf(url)}`}</Working>
          )}
          <ErrorNotice error={inspect.error} onRetry={() => inspectAddress(url)} />
        </PasteField>
      )}
    </FormDialog>
  );
}

/** Whether a server answered, even if only to ask for a sign-in. */
function isAnswered({ problem, server, needsAuthorization }: AddressInspection): boolean {
  return problem === null || server !== null || needsAuthorization;
}
