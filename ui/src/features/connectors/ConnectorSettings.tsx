import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { Field } from "@/components/Field";
import { emptyValue } from "@/components/secretValue";
import { PlainHttpSwitch } from "@/components/PlainHttpSwitch";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Section } from "@/components/Section";
import { Switch } from "@/components/Switch";
import { platformName } from "@/components/platformName";
import { useInvalidFocus } from "@/components/useInvalidFocus";
import { useAnsweredFirst } from "@/host/useAnsweredFirst";
import { type Connector, type ConnectorChanges } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { queries } from "@/host/queries";
import { writeMarkedJson } from "@/lib/jsonText";
import { originOf } from "@/lib/url";
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
import { SecretVariables } from "./SecretVariables";
import { ServerLogSettings } from "./ServerLogSettings";
import { SaveButtons, SettingsForm } from "./SettingsForm";
import { splitList } from "./textLists";
import { useCheckConnector, useUpdateConnector } from "./useConnectorActions";
import { useEdits } from "./useEdits";

type Props = { connector: Connector; onRemove: () => void };

/** Everything that can be set for a connector, and its JSON. */
export function ConnectorSettings({ connector, onRemove }: Props) {
  const answered = useAnsweredFirst([useQuery(queries.connector(connector.id))]);
  if (!abilitiesOf(connector).configuredHere) return <HostedSettings connector={connector} onRemove={onRemove} />;
  return (
    <div className={styles.body}>
      <General connector={connector} />
      {connector.command ? (
        <>
          <ProgramSettings connector={connector} command={connector.command} />
          <SecretVariables connector={connector} />
        </>
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
      <ServerLogSettings connector={connector} />
      <CaptureSettings connector={connector} />
      <NativeJson connector={connector} />
      {answered >= 1 && (
        <Section title="Remove">
          <p className="text2">
            Removes {connector.title} from Patchbay. Runs and saved credentials stay. You can undo this right after.
          </p>
          <div className={styles.actions}>
            <Button icon="trash-2" onPress={onRemove}>
              Remove {connector.title}
            </Button>
          </div>
        </Section>
      )}
    </div>
  );
}

/**
 * Settings of a connector that its platform configures: its tags, favorite, notifications and run
 * history level are saved here.
 */
function HostedSettings({ connector, onRemove }: Props) {
  const { title, identity } = connector;
  const answered = useAnsweredFirst([
    useQuery(queries.platformSettings(connector.id)),
    useQuery(queries.connector(connector.id)),
  ]);
  return (
    <div className={styles.body}>
      <Section title="On this computer">
        <p className="text2">Not shared with {platformName(identity.platform)}.</p>
        <LocalSettings connector={connector} />
      </Section>
      <CaptureSettings connector={connector} />
      <EditSettings connector={connector} />
      {answered >= 1 && <NativeJson connector={connector} />}
      {answered >= 2 && (
        <Section title="Delete">
          <p className="text2">
            Deletes {title} from {identity.account} for everyone who uses it.
          </p>
          <div className={styles.actions}>
            <Button icon="trash-2" onPress={onRemove}>
              Delete from {identity.account}…
            </Button>
          </div>
        </Section>
      )}
    </div>
  );
}

function PersonalSwitches({ connector }: { connector: Connector }) {
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
      <ErrorNotice error={toggle.error} />
    </>
  );
}

type TagsProps = { value: string; onChange: (text: string) => void };

function TagsField(props: TagsProps) {
  return <Field label="Tags" {...props} placeholder="work, read-only" help="Separate with commas" />;
}

function tagsText({ tags }: Connector): string {
  return tags.join(", ");
}

/** The tags of the text, unless the connector has exactly these. */
function tagChanges(connector: Connector, text: string): Pick<ConnectorChanges, "tags"> {
  const tags = [...new Set(splitList(text, ","))];
  return tags.join("\n") === connector.tags.join("\n") ? {} : { tags };
}

function LocalSettings({ connector }: { connector: Connector }) {
  const saved = { tags: tagsText(connector) };
  const { form, edit, save, saving } = useEdits(connector, "tags", saved, "Settings saved");
  const changes = tagChanges(connector, form.tags);
  return (
    <SettingsForm {...saving} saveLabel="Save" isChanged={"tags" in changes} onSubmit={() => save(changes)}>
      <PersonalSwitches connector={connector} />
      <TagsField value={form.tags} onChange={(text) => edit("tags", text)} />
    </SettingsForm>
  );
}

function generalForm(connector: Connector) {
  return {
    title: connector.title,
    name: connector.name,
    url: connector.endpoint ?? "",
    /** Whether plain http was allowed or disallowed since; `null` if neither. */
    allowPlainHttp: null as boolean | null,
    tags: tagsText(connector),
    connectSeconds: limitText(connector.timeLimits?.connectSeconds),
    runSeconds: limitText(connector.timeLimits?.runSeconds),
  };
}

type TextName = Exclude<keyof ReturnType<typeof generalForm>, "allowPlainHttp">;

function General({ connector }: { connector: Connector }) {
  const saved = generalForm(connector);
  const { form, edit, save, saving } = useEdits(connector, "general", saved, "Settings saved");
  const toggle = useUpdateConnector(connector.id);
  const field = (name: TextName) => ({ value: form[name], onChange: (text: string) => edit(name, text) });
  const isEdited = (name: TextName) => form[name].trim() !== saved[name];
  const leavesHost = connector.endpoint !== null && originOf(form.url) !== originOf(connector.endpoint);
  // What was allowed for one host is not for another.
  const mayUsePlainHttp = !leavesHost && (connector.allowsPlainHttp ?? false);
  const allowPlainHttp = form.allowPlainHttp ?? mayUsePlainHttp;
  const changes: ConnectorChanges = {
    ...(isEdited("title") && { title: form.title.trim() }),
    ...(isEdited("name") && { name: form.name.trim() }),
    ...(isEdited("url") && { url: form.url.trim() }),
    ...tagChanges(connector, form.tags),
    ...(isPlainHttp(form.url) && allowPlainHttp !== mayUsePlainHttp && { allowPlainHttp }),
    ...((isEdited("connectSeconds") || isEdited("runSeconds")) && {
      timeLimits: { connectSeconds: limitOf(form.connectSeconds), runSeconds: limitOf(form.runSeconds) },
    }),
  };
  const connectError = limitError(form.connectSeconds);
  const runError = limitError(form.runSeconds);
  const submit = () => {
    if (!connectError && !runError) save(changes);
  };
  return (
    <Section title="General">
      <SettingsForm {...saving} saveLabel="Save" isChanged={Object.keys(changes).length > 0} onSubmit={submit}>
        <Switch
          isSelected={connector.status.status !== "disabled"}
          onChange={(enabled) => toggle.mutate({ enabled })}
          help="When off, Patchbay doesn't check or use it. The sign-in is kept."
        >
          On
        </Switch>
        <PersonalSwitches connector={connector} />
        <ErrorNotice error={toggle.error} />
        <div className="pair">
          <Field label="Name" {...field("title")} />
          <Field label="Short name" mono {...field("name")} help="Used on the command line." />
        </div>
        {!connector.command && (
          <Field
            label="Address"
            mono
            {...field("url")}
            onChange={(text) => {
              edit("url", text);
              if (originOf(text) !== originOf(form.url)) edit("allowPlainHttp", null);
            }}
            help={leavesHost ? "Changing the host removes the sign-in." : undefined}
          />
        )}
        {isPlainHttp(form.url) && (
          <PlainHttpSwitch isSelected={allowPlainHttp} onChange={(allowed) => edit("allowPlainHttp", allowed)} />
        )}
        <div className="pair">
          <Field
            label="Time limit to connect"
            inputMode="numeric"
            {...field("connectSeconds")}
            error={connectError}
            placeholder="120"
            help={`Seconds. Default: ${connector.command ? "60, or 600 if it may download" : "30"}`}
          />
          <Field
            label="Time limit of a run"
            inputMode="numeric"
            {...field("runSeconds")}
            error={runError}
            placeholder="300"
            help={`Seconds without a response. Default: ${abilitiesOf(connector).runSeconds}`}
          />
        </div>
        <TagsField {...field("tags")} />
      </SettingsForm>
    </Section>
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
  const [draft, setDraft] = useClientState(stateKey<AuthenticationForm | null>(null, "edits", "sign-in", connector.id));
  // Until something is edited, the form follows the connector, which may change elsewhere.
  const [edited, setEdited] = useState(draft);
  const [asksAnew, setAsksAnew] = useState(isRefused);
  const form = edited ?? (asksAnew ? withoutSecret(connector) : formOf(connector.authentication));
  const [errors, setErrors] = useState<FormErrors>(() => (isRefused && !draft ? rejectionErrors(connector) : {}));
  const save = useUpdateConnector(connector.id, "Sign-in changed", () => setDraft(null));
  const check = useCheckConnector();
  const box = useRef<HTMLDivElement>(null);
  useInvalidFocus(box, errors);
  const { data: about } = useQuery(queries.about());
  const reset = () => {
    setEdited(null);
    setAsksAnew(false);
    setErrors({});
    setDraft(null);
  };
  const discard = () => {
    reset();
    save.reset();
  };
  const submit = () => {
    const found = errorsOf(form);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    save.mutate(
      { authentication: choiceOf(form) },
      {
        onSuccess: (updated) => {
          reset();
          if (isRefused) check.mutate(updated.id);
        },
      },
    );
  };
  return (
    <Section title="Sign-in">
      <div ref={box} className={styles.form}>
        <AuthenticationFields
          form={form}
          errors={errors}
          onChange={(next) => {
            setEdited(next);
            setErrors({});
            setDraft(dropTypedSecrets(next));
          }}
          usualRedirectUri={about?.redirectUri ?? null}
          registersItself={null}
        />
        <ErrorNotice error={save.error} />
        <SaveButtons isChanged={draft !== null} isPending={save.isPending} onSave={submit} onDiscard={discard}>
          Save sign-in
        </SaveButtons>
      </div>
    </Section>
  );
}

/** The sign-in form with an empty field for the secret that the server rejected. */
function withoutSecret({ authentication }: Connector): AuthenticationForm {
  return { ...formOf(authentication), tokenFrom: "new", headersFrom: "new" };
}

/** The form without typed secrets, to outlive the page. */
function dropTypedSecrets(form: AuthenticationForm): AuthenticationForm {
  const { clientSecret, headers } = form;
  return {
    ...form,
    clientSecret: clientSecret.isReference ? clientSecret : emptyValue,
    token: "",
    headers: headers.map((line) => (line.isReference ? line : { ...line, value: "" })),
  };
}

function rejectionErrors({ title, authentication }: Connector): FormErrors {
  const message = `${title} rejected the saved one`;
  return authentication.kind === "headers" ? { headers: message } : { token: message };
}

function NativeJson({ connector }: { connector: Connector }) {
  const copy = useCopy();
  // Connectors in lists come without their JSON.
  const { data } = useQuery(queries.connector(connector.id));
  if (!data) return null;
  const text = writeMarkedJson(data.native);
  return (
    <Section
      title="JSON"
      beside={<span className="text3 small">Read-only</span>}
      end={
        <Button look="link" onPress={() => copy(text, "JSON")}>
          Copy
        </Button>
      }
    >
      {/* A scrolling region has to be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.native} tabIndex={0} role="region" aria-label="Connector JSON">
        {text}
      </pre>
    </Section>
  );
}
