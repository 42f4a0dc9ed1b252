import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field } from "@/components/Field";
import { ProblemNotice } from "@/components/ProblemNotice";
import { StatusGlyph } from "@/components/StatusGlyph";
import { SubmitKey } from "@/components/SubmitKey";
import { type AddressInspection, type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { AddReview } from "./AddReview";
import { choiceOf, errorsOf, type FormErrors, newForm } from "./authenticationForm";
import styles from "./AddDialog.module.css";
import { useAddConnector, useCheckConnector } from "./useConnectorActions";
import { useInspection } from "./useInspection";

type Props = {
  /** An address to begin with, looked at at once. */
  address: string;
  onClose: () => void;
  /** `connect` tells that the user wants to sign in now. */
  onAdded: (connector: Connector, connect: boolean) => void;
};

/** Adds a connector: an address, what was found there, how to sign in. Nothing typed is lost on a failure. */
export function AddDialog({ address: initialAddress, onClose, onAdded }: Props) {
  const [address, setAddress] = useState(initialAddress);
  const [found, setFound] = useState<AddressInspection | null>(null);
  const [title, setTitle] = useState("");
  const [name, setName] = useState("");
  const [form, setForm] = useState(newForm("oauth"));
  const [errors, setErrors] = useState<FormErrors>({});
  const [allowPlainHttp, setAllowPlainHttp] = useState(false);
  const inspect = useInspection((inspection) => {
    setFound(inspection);
    setTitle(inspection.title);
    setName(inspection.name);
    setForm((typed) => ({
      ...typed,
      method: inspection.methods[0] ?? (inspection.needsAuthorization ? "oauth" : "none"),
      ownClient: inspection.methods[0] === "oauth" && !inspection.registersItself,
    }));
  });
  const add = useAddConnector();
  const check = useCheckConnector();
  const { run: inspectAddress } = inspect;
  const hasInspected = useRef(false);
  useEffect(() => {
    if (hasInspected.current || !initialAddress) return;
    hasInspected.current = true;
    inspectAddress(withScheme(initialAddress));
  }, [initialAddress, inspectAddress]);

  const submitAddress = (event?: FormEvent) => {
    event?.preventDefault();
    if (address.trim()) inspectAddress(withScheme(address));
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
  const startOver = () => {
    inspect.stop();
    add.reset();
    setFound(null);
    setAllowPlainHttp(false);
  };

  return (
    <Dialog
      title="Add connector"
      subtitle={found ? found.url : "Paste the address of an MCP server."}
      wide={Boolean(found)}
      onClose={onClose}
      footer={
        found ? (
          <>
            <span>Saved as a draft until it first connects.</span>
            <Button onPress={startOver}>Back</Button>
            <SubmitKey label="Add connector" onSubmit={submit} />
            <Button look="primary" keys="Mod+Enter" isPending={add.isPending} onPress={submit}>
              {form.method === "oauth" ? "Add and sign in" : "Add connector"}
            </Button>
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
          title={title}
          onTitle={setTitle}
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
            onChange={setAddress}
            isReadOnly={inspect.isPending}
          />
          {inspect.isPending && <Inspecting address={address} onCancel={inspect.stop} />}
          {inspect.error && <ProblemNotice problem={asProblem(inspect.error)} onRetry={() => submitAddress()} />}
        </form>
      )}
      {add.error && <ProblemNotice problem={asProblem(add.error)} onRetry={submit} />}
    </Dialog>
  );
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

/** What was typed, as an absolute URL; loopback is spoken to without TLS. */
function withScheme(address: string): string {
  const trimmed = address.trim();
  if (/^\w+:\/\//.test(trimmed)) return trimmed;
  return `${/^(localhost|127\.|\[::1\])/.test(trimmed) ? "http" : "https"}://${trimmed}`;
}
