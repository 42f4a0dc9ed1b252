import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { Field } from "@/components/Field";
import { PlainHttpSwitch } from "@/components/PlainHttpSwitch";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Switch } from "@/components/Switch";
import { platformName } from "@/components/platformName";
import { useAnsweredFirst } from "@/host/useAnsweredFirst";
import { type Connector, type ConnectorChanges } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { isPlainHttp } from "@/lib/plainHttp";
import { AuthenticationFields } from "./AuthenticationFields";
import { type AuthenticationForm, choiceOf, errorsOf, type FormErrors, formOf } from "./authenticationForm";
import { CaptureSettings } from "./CaptureSettings";
import { CertificateSettings } from "./CertificateSettings";
import styles from "./ConnectorPage.module.css";
import { DeviationSettings } from "./DeviationSettings";
import { EditSettings } from "./hosted/EditSettings";
import { ProgramSettings } from "./ProgramSettings";
import { ProxySettings } from "./ProxySettings";
import { RootsSettings } from "./RootsSettings";
import { SamplingSettings } from "./SamplingSettings";
import { useCheckConnector, useUpdateConnector } from "./useConnectorActions";

type Props = { connector: Connector; onRemove: () => void };

/** How a connector is set: words, address, sign-in, on or off, and its JSON. */
export function ConnectorSettings({ connector, onRemove }: Props) {
  const answered = useAnsweredFirst([useQuery(queries.connector(connector.id))]);
  if (!abilitiesOf(connector).configuredHere) return <HostedSettings connector={connector} onRemove={onRemove} />;
  return (
    <div className={styles.body}>
      <General connector={connector} />
      {connector.command ? (
        <ProgramSettings connector={connector} command={connector.command} />
      ) : (
        <>
          <SignInSettings connector={connector} />
          <DeviationSettings connector={connector} />
          <ProxySettings connector={connector} />
          <CertificateSettings connector={connector} />
        </>
      )}
      <RootsSettings connector={connector} />
      <SamplingSettings connector={connector} />
      <CaptureSettings connector={connector} />
      <Native connector={connector} />
      {answered >= 1 && (
        <section className={styles.section} aria-label="Remove">
          <h2>Remove</h2>
          <p className="text2">
            Removes {connector.title} from Patchbay. Runs and saved credentials stay. You can undo this until Patchbay
            quits.
          </p>
          <div className={styles.actions}>
            <Button icon="trash-2" onPress={onRemove}>
              Remove {connector.title}
            </Button>
          </div>
        </section>
      )}
    </div>
  );
}

/** Tags and favourites are the user's own; everything else lies with the platform. */
function HostedSettings({ connector, onRemove }: Props) {
  const { title, identity } = connector;
  const answered = useAnsweredFirst([
    useQuery(queries.platformSettings(connector.id)),
    useQuery(queries.connector(connector.id)),
  ]);
  return (
    <div className={styles.body}>
      <section className={styles.section} aria-label="On this computer">
        <h2>On this computer</h2>
        <p className="text2">Not shared with {platformName(identity.platform)}.</p>
        <TagsAndFavourite connector={connector} />
      </section>
      <CaptureSettings connector={connector} />
      <EditSettings connector={connector} />
      {answered >= 1 && <Native connector={connector} />}
      {answered >= 2 && (
        <section className={styles.section} aria-label="Delete">
          <h2>Delete</h2>
          <p className="text2">
            Deletes {title} from {identity.account} for everyone who uses it.
          </p>
          <div className={styles.actions}>
            <Button icon="trash-2" onPress={onRemove}>
              Delete from {identity.account}…
            </Button>
          </div>
        </section>
      )}
    </div>
  );
}

/** What the user alone sees of a connector. */
function OwnSwitches({ connector }: { connector: Connector }) {
  const toggle = useUpdateConnector(connector.id);
  return (
    <>
      <Switch isSelected={connector.favourite} onChange={(favourite) => toggle.mutate({ favourite })}>
        Favorite
      </Switch>
      <Switch
        isSelected={!connector.muted}
        onChange={(notifies) => toggle.mutate({ muted: !notifies })}
        help="Your system tells you when it needs attention and Patchbay isn't in front."
      >
        Notifications
      </Switch>
      {toggle.error && <ProblemNotice problem={asProblem(toggle.error)} />}
    </>
  );
}

function TagsAndFavourite({ connector }: { connector: Connector }) {
  const [tags, setTags] = useState(connector.tags.join(", "));
  const save = useUpdateConnector(connector.id, "Settings saved");
  const typed = parseTags(tags);
  const changed = typed.join("\n") !== connector.tags.join("\n");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed) save.mutate({ tags: typed });
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <OwnSwitches connector={connector} />
      <Field label="Tags" value={tags} onChange={setTags} placeholder="work, read-only" help="Separate with commas" />
      <div className={styles.actions}>
        <Button type="submit" look={changed ? "primary" : "plain"} isDisabled={!changed} isPending={save.isPending}>
          Save
        </Button>
      </div>
      {save.error && <ProblemNotice problem={asProblem(save.error)} />}
    </form>
  );
}

function parseTags(text: string): string[] {
  return [
    ...new Set(
      text
        .split(",")
        .map((tag) => tag.trim())
        .filter(Boolean),
    ),
  ];
}

function General({ connector }: { connector: Connector }) {
  const [title, setTitle] = useState(connector.title);
  const [name, setName] = useState(connector.name);
  const [url, setUrl] = useState(connector.endpoint ?? "");
  const [tags, setTags] = useState(connector.tags.join(", "));
  const wasAllowed = connector.allowsPlainHttp ?? false;
  const [allowPlainHttp, setAllowPlainHttp] = useState(wasAllowed);
  const limits = connector.timeLimits ?? {};
  const [connectTime, setConnectTime] = useState(limitText(limits.connectSeconds));
  const [runTime, setRunTime] = useState(limitText(limits.runSeconds));
  const save = useUpdateConnector(connector.id, "Settings saved");
  const toggle = useUpdateConnector(connector.id);
  const limitsChanged =
    connectTime.trim() !== limitText(limits.connectSeconds) || runTime.trim() !== limitText(limits.runSeconds);
  const limitErrors = { connect: limitError(connectTime), run: limitError(runTime) };
  const typedTags = parseTags(tags);
  const changes: ConnectorChanges = {
    ...(title.trim() !== connector.title && { title: title.trim() }),
    ...(name.trim() !== connector.name && { name: name.trim() }),
    ...(url.trim() !== (connector.endpoint ?? "") && { url: url.trim() }),
    ...(typedTags.join("\n") !== connector.tags.join("\n") && { tags: typedTags }),
    ...(isPlainHttp(url) && allowPlainHttp !== wasAllowed && { allowPlainHttp }),
    ...(limitsChanged && { timeLimits: { connectSeconds: limitOf(connectTime), runSeconds: limitOf(runTime) } }),
  };
  const changed = Object.keys(changes).length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed && !limitErrors.connect && !limitErrors.run) save.mutate(changes);
  };
  const elsewhere = connector.endpoint !== null && originOf(url) !== originOf(connector.endpoint);
  return (
    <section className={styles.section} aria-label="General">
      <h2>General</h2>
      <form className={styles.form} onSubmit={submit}>
        <Switch
          isSelected={connector.status.status !== "disabled"}
          onChange={(enabled) => toggle.mutate({ enabled })}
          help="When off, Patchbay doesn't check or use it. The sign-in is kept."
        >
          On
        </Switch>
        <OwnSwitches connector={connector} />
        {toggle.error && <ProblemNotice problem={asProblem(toggle.error)} />}
        <div className={styles.pair}>
          <Field label="Name" value={title} onChange={setTitle} />
          <Field label="Short name" mono value={name} onChange={setName} help="Used on the command line." />
        </div>
        {!connector.command && (
          <Field
            label="Address"
            mono
            value={url}
            onChange={setUrl}
            help={elsewhere ? "Changing the host removes the sign-in." : undefined}
          />
        )}
        {isPlainHttp(url) && <PlainHttpSwitch isSelected={allowPlainHttp} onChange={setAllowPlainHttp} />}
        <div className={styles.pair}>
          <Field
            label="Time limit to connect"
            inputMode="numeric"
            value={connectTime}
            onChange={setConnectTime}
            error={limitErrors.connect}
            placeholder="120"
            help={`Seconds. Default: ${connector.command ? "60, at first 600" : "30"}`}
          />
          <Field
            label="Time limit of a run"
            inputMode="numeric"
            value={runTime}
            onChange={setRunTime}
            error={limitErrors.run}
            placeholder="300"
            help="Seconds without a response. Default: 60"
          />
        </div>
        <Field label="Tags" value={tags} onChange={setTags} placeholder="work, read-only" help="Separate with commas" />
        {save.error && <ProblemNotice problem={asProblem(save.error)} />}
        <div className={styles.actions}>
          <Button type="submit" look={changed ? "primary" : "plain"} isDisabled={!changed} isPending={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </section>
  );
}

const limitText = (seconds: number | null | undefined) => (seconds ? String(seconds) : "");

const limitOf = (text: string) => (text.trim() === "" ? null : Number(text));

const limitError = (text: string) => {
  const seconds = limitOf(text);
  return seconds === null || (Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400)
    ? null
    : "Enter seconds from 1 to 86400";
};

function SignInSettings({ connector }: { connector: Connector }) {
  const isRefused = connector.status.code === "auth.refused";
  const [form, setForm] = useState(() => (isRefused ? withoutSecret(connector) : formOf(connector.authentication)));
  const [errors, setErrors] = useState<FormErrors>(() => (isRefused ? rejectionErrors(connector) : {}));
  const [touched, setTouched] = useState(false);
  const save = useUpdateConnector(connector.id, "Sign-in changed");
  const check = useCheckConnector();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Whoever goes through the tabs by keys stays on them.
    if (document.activeElement?.role === "tab") return;
    box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);
  const { data: about } = useQuery(queries.about());
  const submit = () => {
    const wrong = errorsOf(form);
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    save.mutate(
      { authentication: choiceOf(form) },
      {
        onSuccess: (changed) => {
          setForm(formOf(changed.authentication));
          setTouched(false);
          if (isRefused) check.mutate(changed.id);
        },
      },
    );
  };
  return (
    <section className={styles.section} aria-label="Sign-in">
      <h2>Sign-in</h2>
      <div ref={box} className={styles.form}>
        <AuthenticationFields
          form={form}
          errors={errors}
          onChange={(next) => {
            setForm(next);
            setErrors({});
            setTouched(true);
          }}
          usualRedirectUri={about?.redirectUri ?? null}
          registersItself={null}
        />
        {save.error && <ProblemNotice problem={asProblem(save.error)} />}
        <div className={styles.actions}>
          <Button
            look={touched ? "primary" : "plain"}
            isDisabled={!touched}
            isPending={save.isPending}
            onPress={submit}
          >
            Save sign-in
          </Button>
          {touched && (
            <Button
              look="quiet"
              onPress={() => {
                setForm(formOf(connector.authentication));
                setErrors({});
                setTouched(false);
              }}
            >
              Discard changes
            </Button>
          )}
        </div>
      </div>
    </section>
  );
}

/** The form with an empty place for what was rejected. */
function withoutSecret({ authentication }: Connector): AuthenticationForm {
  return { ...formOf(authentication), tokenFrom: "new", headersFrom: "new" };
}

function rejectionErrors({ title, authentication }: Connector): FormErrors {
  const words = `${title} rejected the saved one`;
  return authentication.kind === "headers" ? { headers: words } : { token: words };
}

function Native({ connector }: { connector: Connector }) {
  const copy = useCopy();
  // Lists come without it.
  const { data: whole } = useQuery(queries.connector(connector.id));
  if (!whole) return null;
  const text = JSON.stringify(whole.native, null, 2);
  return (
    <section className={styles.section} aria-label="JSON">
      <div className={styles.sectionHead}>
        <h2>JSON</h2>
        <span className="text3 small">Read-only</span>
        <span className="grow" />
        <Button look="link" onPress={() => copy(text, "JSON")}>
          Copy
        </Button>
      </div>
      {/* A scrolling region has to be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.native} tabIndex={0} role="region" aria-label="Connector JSON">
        {text}
      </pre>
    </section>
  );
}

function originOf(url: string): string | null {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
}
