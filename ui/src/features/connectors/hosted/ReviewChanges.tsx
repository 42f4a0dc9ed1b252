import { useEffect } from "react";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { IdentityLine } from "@/components/IdentityLine";
import { type PlatformFormState } from "@/components/PlatformForm/usePlatformForm";
import { ErrorNotice, Notice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { type ChangeSettings, commands, type Connector, type Difference, type Json } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useCommand } from "@/host/useCommand";
import { valueText } from "@/lib/jsonText";
import { type AnySchema } from "@/lib/schema/schema";
import { titleAt } from "@/lib/schema/titleAt";
import { schemaOf } from "@/lib/schema/validate";
import { count } from "@/lib/words";
import styles from "./Hosted.module.css";
import { useChangeSettings } from "./useHosted";

type Props = {
  connector: Connector;
  /** Values that the form started with. */
  base: Json;
  state: PlatformFormState;
  onClose: () => void;
  onReload: () => void;
};

/** Shows the changes against the current settings of the platform before they are sent. */
export function ReviewChanges({ connector, base, state, onClose, onReload }: Props) {
  const schema = schemaOf(state.form.schema);
  const plan = useCommand({
    command: (change: ChangeSettings) => commands.planSettings(connector.id, change),
    onError: (thrown) => state.setServerErrors(asProblem(thrown).fields),
  });
  const send = useChangeSettings(connector.id);
  const change = { base, values: state.values, secrets: state.secrets(), overwrite: false };
  const { mutate } = plan;
  useEffect(() => {
    mutate(change);
    // Plan once, when the dialog opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [mutate]);

  const elsewhere = plan.data?.changedElsewhere ?? [];
  const hasFieldErrors = [plan.error, send.error].some((error) => error && asProblem(error).fields.length > 0);
  const submit = () => {
    send.mutate(
      { ...change, overwrite: elsewhere.length > 0 },
      {
        onSuccess: onClose,
        onError: (thrown) => {
          const { code, fields } = asProblem(thrown);
          state.setServerErrors(fields);
          if (code !== "conflict" || elsewhere.length > 0) return;
          // The settings may have changed during the review: then show these changes instead of the conflict.
          mutate(change, { onSuccess: (fresh) => fresh.changedElsewhere.length > 0 && send.reset() });
        },
      },
    );
  };
  const number = (plan.data?.changes.length ?? 0) + (plan.data?.secrets.length ?? 0);
  return (
    <Dialog
      wide
      title={`Change ${connector.title}`}
      mark={<ConnectorMark size="large" title={connector.title} of={connector} />}
      subtitle={<IdentityLine identity={connector.identity} endpoint={connector.endpoint} />}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Back to editing</Button>
          <Button look="primary" isPending={send.isPending} isDisabled={!plan.data || number === 0} onPress={submit}>
            {elsewhere.length > 0
              ? "Save anyway"
              : !plan.data
                ? "Save"
                : number === 0
                  ? "No changes"
                  : `Save ${count(number, "change")}`}
          </Button>
        </>
      }
    >
      <div className="form">
        {plan.isPending && <Skeleton rows={3} label={`Loading from ${connector.identity.account}`} />}
        <ErrorNotice error={plan.error} onRetry={() => mutate(change)} />
        {elsewhere.length > 0 && (
          <Notice
            glyph="changed"
            title={`Someone else changed: ${elsewhere.map((one) => titleAt(schema, one.path)).join(", ")}`}
            actions={
              <Button
                small
                onPress={() => {
                  onClose();
                  onReload();
                }}
              >
                Discard mine and reload
              </Button>
            }
          >
            Saving overwrites fields that you both changed.
          </Notice>
        )}
        {plan.data && number === 0 && <p className="text2">No changes to save.</p>}
        {plan.data && number > 0 && <Changes schema={schema} changes={plan.data.changes} secrets={plan.data.secrets} />}
        <ErrorNotice error={send.error} onRetry={submit} />
        {hasFieldErrors && <p className="text3 small">Go back to fix it. Your changes are kept.</p>}
      </div>
    </Dialog>
  );
}

/** Each changed setting with both values. Secrets are named but never shown. */
function Changes({ schema, changes, secrets }: { schema: AnySchema; changes: Difference[]; secrets: string[] }) {
  return (
    <ul className={styles.changes} aria-label="Changes">
      {/* Hidden, because each value carries its own label. */}
      <li className={styles.changeHead} aria-hidden="true">
        <span>Setting</span>
        <span>Now</span>
        <span>After saving</span>
      </li>
      {changes.map((change) => (
        <li key={change.path} className={styles.change}>
          <span className="medium">{titleAt(schema, change.path) || "Everything"}</span>
          <Side name="before" value={change.before} />
          <Side name="after" value={change.after} />
        </li>
      ))}
      {secrets.map((path) => (
        <li key={path} className={styles.change}>
          <span className="medium">{titleAt(schema, path)}</span>
          <span className="text3">Current secret</span>
          <span>New secret</span>
        </li>
      ))}
    </ul>
  );
}

function Side({ name, value }: { name: "before" | "after"; value: Json }) {
  if (value === null || value === undefined)
    return <span className="text3">{name === "before" ? "Not set" : "Removed"}</span>;
  return (
    <span className={styles.value} data-side={name} data-selectable>
      <span className="unseen">{name === "before" ? "Before: " : "After: "}</span>
      {valueText(value, 1)}
    </span>
  );
}
