import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Button } from "@/components/Button";
import { type EditMode, FormOrJson } from "@/components/FormOrJson";
import { JsonEditor } from "@/components/JsonEditor/JsonEditor";
import { passFocusOn } from "@/components/keepFocus";
import { PlatformForm } from "@/components/PlatformForm/PlatformForm";
import { draftOf, usePlatformForm, useRefusalFocus } from "@/components/PlatformForm/usePlatformForm";
import { ProblemNotice } from "@/components/ProblemNotice";
import { preloadSchemaForm } from "@/components/SchemaForm/LazySchemaForm";
import { Section } from "@/components/Section";
import { Skeleton } from "@/components/Skeleton";
import { platformName } from "@/components/platformName";
import { type Connector, type ConnectorSettings } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { clientState, useClientState } from "@/host/clientState";
import { queries } from "@/host/queries";
import page from "../ConnectorPage.module.css";
import { SaveButtons } from "../SettingsForm";
import styles from "./Hosted.module.css";
import { ReviewChanges } from "./ReviewChanges";
import { settingsDraft } from "./useHosted";

/** The settings of a connector at its platform, as a form or as JSON. Changes are reviewed before they are sent. */
export function EditSettings({ connector }: { connector: Connector }) {
  const { account } = connector.identity;
  const { data, error, dataUpdatedAt, refetch } = useQuery(queries.platformSettings(connector.id));
  useEffect(preloadSchemaForm, []);
  const [draft, setDraft] = useClientState(settingsDraft(connector.id));
  // Settings that are read again, such as after an action, replace the form only if nothing was entered.
  const [readAt, setReadAt] = useState(dataUpdatedAt);
  if (readAt !== dataUpdatedAt && draft === null) setReadAt(dataUpdatedAt);
  const [starts, setStarts] = useState(0);
  const startOver = () => {
    setDraft(null);
    setStarts(starts + 1);
    void refetch();
  };
  if (error) {
    const problem = asProblem(error);
    return (
      <Section title={`On ${account}`}>
        {problem.code === "platform.not_supported" ? (
          <p className="text2">
            {platformName(connector.identity.platform)} connectors can't be edited after creation.
          </p>
        ) : (
          <ProblemNotice problem={problem} onRetry={() => void refetch()} />
        )}
      </Section>
    );
  }
  if (!data) return <Skeleton rows={5} label={`Loading from ${account}`} />;
  return (
    // Has the focus while an editor that had it is replaced.
    <section tabIndex={-1} aria-label={`On ${account}`}>
      <Editor key={`${readAt} ${starts}`} connector={connector} settings={data} onReload={startOver} />
    </section>
  );
}

type EditorProps = { connector: Connector; settings: ConnectorSettings; onReload: () => void };

function Editor({ connector, settings: read, onReload }: EditorProps) {
  const windowState = clientState(useQueryClient());
  const [draft] = useState(() => windowState.get(settingsDraft(connector.id)));
  // A draft keeps the settings that it began with, so that changes made elsewhere since are noticed.
  const [settings] = useState(draft?.settings ?? read);
  const [mode, setMode] = useState<EditMode>("form");
  const [reviewing, setReviewing] = useState(false);
  const state = usePlatformForm(settings.form, draft ?? undefined);
  const { values, drafts, isChanged } = state;
  useEffect(() => {
    windowState.set(settingsDraft(connector.id), isChanged ? { settings, ...draftOf({ values, drafts }) } : null);
  }, [windowState, connector.id, settings, values, drafts, isChanged]);
  const { data: wallet = [] } = useQuery(queries.wallet());
  const form = useRefusalFocus(state);
  const { account } = connector.identity;
  const review = () => {
    if (state.validateAll()) setReviewing(true);
  };
  return (
    <div ref={passFocusOn} className={page.section}>
      <div className={styles.formHead}>
        <h2>On {account}</h2>
        <span className="grow" />
        <FormOrJson label="How to edit" mode={mode} onChange={setMode} isDisabled={!state.isReadable} />
        <Button
          small
          look="quiet"
          icon="rotate-cw"
          label={isChanged ? "Discard changes and reload" : "Reload"}
          onPress={onReload}
        />
      </div>
      {draft && (isChanged || draft.missing.length > 0) && (
        <p className="text2 small" role="note">
          {draft.missing.length === 0
            ? "Unsaved changes restored."
            : `Unsaved changes restored. Enter ${draft.missing.join(", ")} again.`}
        </p>
      )}
      <div className={styles.editor}>
        {mode === "form" ? (
          <PlatformForm ref={form} label={`Settings of ${connector.title}`} state={state} wallet={wallet} />
        ) : (
          <div className={styles.json}>
            <JsonEditor
              label={`Settings of ${connector.title}`}
              value={values}
              onChange={state.changeValues}
              problems={state.shown}
              onReadable={state.setReadable}
            />
          </div>
        )}
        <SaveButtons isChanged={isChanged} onSave={review} onDiscard={onReload}>
          Review changes
        </SaveButtons>
      </div>
      {reviewing && (
        <ReviewChanges
          connector={connector}
          base={settings.form.values}
          state={state}
          onClose={() => setReviewing(false)}
          onReload={onReload}
        />
      )}
    </div>
  );
}
