import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field } from "@/components/Field";
import { ProblemNotice } from "@/components/ProblemNotice";
import { StatusGlyph } from "@/components/StatusGlyph";
import { SubmitKey } from "@/components/SubmitKey";
import { type AddressInspection, type AuthenticationMethod, type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { readPasted } from "@/lib/pastedServer";
import { AddReview } from "./AddReview";
import { choiceOf, errorsOf, type FormErrors, newForm } from "./authenticationForm";
import styles from "./AddDialog.module.css";
import { useAddConnector, useCheckConnector } from "./useConnectorActions";
import { useInspection } from "./useInspection";

/** What is known of a server before anybody asked it, such as from the catalog. */
export type KnownServer = {
  title: string;
  /** How one signs in, the best first; empty where that is not known. */
  methods: AuthenticationMethod[];
};

type Props = {
  /** An address to begin with, looked at at once. */
  address: string;
  known?: KnownServer;
  onClose: () => void;
  /** `connect` tells that the user wants to sign in now. */
  onAdded: (connector: Connector, connect: boolean) => void;
};

/** Adds a connector: an address, what was found there, how to sign in. Nothing typed is lost on a failure. */
export function AddDialog({ address: initialAddress, known, onClose, onAdded }: Props) {
  const [address, setAddress] = useState(initialAddress);
  const [addressError, setAddressError] = useState<string | null>(null);
  const [found, setFound] = useState<AddressInspection | null>(null);
  const [title, setTitle] = useState("");
  const [name, setName] = useState("");
  const [form, setForm] = useState(newForm("oauth"));
  const [errors, setErrors] = useState<FormErrors>({});
  const [allowPlainHttp, setAllowPlainHttp] = useState(false);
  const knownTitle = useRef(known?.title ?? null);
  const inspect = useInspection((inspection) => {
    setFound(inspection);
    setTitle(knownTitle.current ?? inspection.title);
    setName(inspection.name);
    const hasAnswer = isAnswered(inspection);
    const method = hasAnswer
      ? (inspection.methods[0] ?? (inspection.needsAuthorization ? "oauth" : "none"))
      : (known?.methods[0] ?? null);
    setForm((typed) => ({
      ...typed,
      method,
      ownClient: hasAnswer && method === "oauth" && !inspection.registersItself,
    }));
  });
  const add = useAddConnector();
  const check = useCheckConnector();
  const { run: inspectAddress } = inspect;
  const read = useCallback(
    (text: string) => {
      const pasted = readPasted(text);
      if ("problem" in pasted) return setAddressError(pasted.problem);
      knownTitle.current = pasted.title ?? knownTitle.current;
      // An address stays as it was typed; what was found in something else takes its place.
      if (!pasted.url.endsWith(text.trim())) setAddress(pasted.url);
      inspectAddress(pasted.url);
    },
    [inspectAddress],
  );
  const hasInspected = useRef(false);
  useEffect(() => {
    if (hasInspected.current || !initialAddress) return;
    hasInspected.current = true;
    read(initialAddress);
  }, [initialAddress, read]);

  const submitAddress = (event?: FormEvent) => {
    event?.preventDefault();
    if (address.trim()) read(address);
  };
  const submit = () => {
    if (!found) return submitAddress();
    const wrong = errorsOf(form);
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    add.mutate(
      {
        url: found.url,
        name: name.trim() || null,
        title: title.trim() || null,
        authentication: choiceOf(form),
        ...(found.plainHttp && allowPlainHttp && { allowPlainHttp }),
      },
      {
        onSuccess: (connector) => {
          const connect = form.method === "oauth";
          if (!connect) check.mutate(connector.id);
          onAdded(connector, connect);
        },
      },
    );
  };
  const failure = add.error ?? (found && inspect.error);
  const hasAnswer = found === null || isAnswered(found);
  const startOver = () => {
    inspect.stop();
    knownTitle.current = known?.title ?? null;
    add.reset();
    setFound(null);
    setAllowPlainHttp(false);
  };

  return (
    <Dialog
      title="Add connector"
      subtitle={found ? found.url : "Paste the address of an MCP server, or its JSON from another app."}
      wide={Boolean(found)}
      onClose={onClose}
      notice={failure && <ProblemNotice problem={asProblem(failure)} onRetry={add.error ? submit : undefined} />}
      footer={
        found ? (
          <>
            <span>Saved as a draft until it first connects.</span>
            <Button onPress={startOver}>Back</Button>
            {hasAnswer ? (
              <>
                <SubmitKey label="Add connector" onSubmit={submit} />
                <Button look="primary" keys="Mod+Enter" isPending={add.isPending} onPress={submit}>
                  {form.method === "oauth" ? "Add and sign in" : "Add connector"}
                </Button>
              </>
            ) : (
              <>
                <Button look="quiet" isPending={add.isPending} onPress={submit}>
                  Add anyway
                </Button>
                <SubmitKey label="Try again" onSubmit={() => inspectAddress(found.url)} />
                <Button
                  look="primary"
                  keys="Mod+Enter"
                  isPending={inspect.isPending}
                  onPress={() => inspectAddress(found.url)}
                >
                  Try again
                </Button>
              </>
            )}
          </>
        ) : (
          <>
            <span />
            <Button keys="Escape" onPress={onClose}>
              Cancel
            </Button>
            <Button look="primary" isDisabled={!address.trim() || inspect.isPending} onPress={() => submitAddress()}>
              Continue
            </Button>
          </>
        )
      }
    >
      {found ? (
        <AddReview
          found={found}
          known={known}
          title={title}
          onTitle={(typed) => {
            knownTitle.current = typed;
            setTitle(typed);
          }}
          name={name}
          onName={setName}
          form={form}
          errors={errors}
          allowPlainHttp={allowPlainHttp}
          onAllowPlainHttp={setAllowPlainHttp}
          onForm={(next) => {
            setForm(next);
            setErrors({});
          }}
        />
      ) : (
        <form onSubmit={submitAddress} className={styles.form}>
          <Field
            label="Address"
            icon="clipboard"
            autoFocus
            placeholder="https://mcp.example.com/mcp"
            value={address}
            onChange={(typed) => {
              setAddress(typed);
              setAddressError(null);
            }}
            error={addressError}
            isReadOnly={inspect.isPending}
          />
          {inspect.isPending && <Inspecting address={address} onCancel={inspect.stop} />}
          {inspect.error && <ProblemNotice problem={asProblem(inspect.error)} onRetry={() => submitAddress()} />}
        </form>
      )}
    </Dialog>
  );
}

/** Whether a server answered, be it only that it wants a sign-in. */
function isAnswered({ problem, server, needsAuthorization }: AddressInspection): boolean {
  return problem === null || server !== null || needsAuthorization;
}

function Inspecting({ address, onCancel }: { address: string; onCancel: () => void }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className={styles.looking} role="status">
      <StatusGlyph name="authorizing" />
      <span className="grow cut">Checking {address.replace(/^https?:\/\//, "").split("/")[0]}</span>
      {seconds >= 3 && (
        <span className="text3" aria-hidden="true">
          {seconds} s
        </span>
      )}
      <Button small look="quiet" onPress={onCancel}>
        Stop
      </Button>
    </div>
  );
}
