import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { passFocusOn } from "@/components/keepFocus";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { StatusGlyph } from "@/components/StatusGlyph";
import { Tag } from "@/components/Tag";
import { useIsMeant } from "@/components/useIsMeant";
import { commands, type Connector, type Difference, type ToolChange, type ToolChangeKind } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { keys, queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { fromPointer } from "@/lib/jsonPointer";
import { valueText } from "@/lib/jsonText";
import { ago, exactTime } from "@/lib/time";
import { count } from "@/lib/words";
import styles from "./ToolChanges.module.css";

const kindWords: Record<ToolChangeKind, string> = { added: "new", removed: "gone", changed: "changed" };

/** Tools that changed since they were first listed, for the user to review and accept. */
export function ToolChanges({ connector }: { connector: Connector }) {
  const now = useNow();
  const { data: changes = [], error, refetch } = useQuery(queries.toolChanges(connector.id));
  const accept = useAcceptTools(connector);
  const [first] = changes;
  const isMeant = useIsMeant(first ? changes : null);
  useShortcut(first && isMeant ? { keys: "connectors.accept", run: () => accept.mutate() } : null);
  const problem = accept.error ?? error;
  const retry = () => (accept.error ? accept.mutate() : void refetch());
  if (!first) return <ErrorNotice className={styles.changes} error={problem} onRetry={retry} />;
  return (
    <section ref={passFocusOn} className={styles.changes} aria-label="Changed tools">
      <div className={styles.head}>
        <StatusGlyph name="changed" />
        <h2>{count(changes.length, "tool")} changed</h2>
        <span className="text3 small" title={exactTime(first.noticedAt)}>
          Noticed {ago(first.noticedAt, now)}
        </span>
        <span className="grow" />
        <Button
          look="primary"
          keys="connectors.accept"
          isPending={accept.isPending}
          isDisabled={!isMeant}
          onPress={() => accept.mutate()}
        >
          Accept changes
        </Button>
      </div>
      <p className="text2">Review what changed before using these tools again.</p>
      <ErrorNotice error={problem} onRetry={retry} />
      <ul className={styles.list}>
        {changes.map((change) => (
          <Change key={change.name} change={change} />
        ))}
      </ul>
    </section>
  );
}

function useAcceptTools({ id, title }: Connector) {
  return useCommand({
    command: () => commands.acceptTools(id),
    update: (client) => void client.setQueryData(queries.toolChanges(id).queryKey, []),
    toast: () => `Changes to ${title} accepted`,
    invalidates: [keys.connectors, keys.needs],
  });
}

function Change({ change: { name, kind, before, after, differences } }: { change: ToolChange }) {
  return (
    <li className={styles.tool}>
      <div className={styles.name}>
        <span className="mono medium">{name}</span>
        <Tag tone={kind === "changed" ? "warn" : undefined}>{kindWords[kind]}</Tag>
      </div>
      {kind !== "changed" && <p className="text2 small">{(after ?? before)?.description ?? "No description"}</p>}
      {differences.length > 0 && (
        <ul className={styles.differences}>
          {differences.map((difference) => (
            <DifferenceItem key={difference.path} difference={difference} />
          ))}
        </ul>
      )}
    </li>
  );
}

function DifferenceItem({ difference: { path, before, after } }: { difference: Difference }) {
  return (
    <li>
      <div className={styles.path}>
        <span className="mono">{pathLabel(path)}</span>
      </div>
      <p className={styles.side}>
        <span>Before</span>
        {before == null ? <span className="text2">—</span> : <del data-selectable>{valueText(before)}</del>}
      </p>
      <p className={styles.side}>
        <span>Now</span>
        {after == null ? <span className="text2">—</span> : <ins data-selectable>{valueText(after)}</ins>}
      </p>
    </li>
  );
}

/** Label of a JSON pointer, such as `description` or `arguments › properties › to`. */
function pathLabel(path: string): string {
  const [first = "", ...rest] = fromPointer(path);
  const words: Partial<Record<string, string>> = { inputSchema: "arguments", outputSchema: "result" };
  return [words[first] ?? first, ...rest].join(" › ");
}
