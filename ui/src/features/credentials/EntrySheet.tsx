import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { Ago } from "@/components/Ago";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Code, Fact } from "@/components/Fact";
import { ErrorNotice } from "@/components/ProblemNotice";
import { RenameForm } from "@/components/RenameForm";
import { Sheet } from "@/components/Sheet";
import { Tag } from "@/components/Tag";
import { useGo } from "@/components/useGo";
import { type Rotation, type WalletEntry } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { queries } from "@/host/queries";
import { ago, exactTime } from "@/lib/time";
import { count } from "@/lib/words";
import styles from "./Credentials.module.css";
import { CheckState, TargetList } from "./TargetList";
import { isPushed, isRotating } from "./targetWords";
import { userKey } from "./userCheck";
import { NewSecretForm } from "./NewSecretForm";
import { typedKindOf } from "./secretForm";
import { useWalletActions } from "./useWalletActions";
import { unknownUse, usageText } from "./useSecretUsage";
import { useUserChecks } from "./useUserChecks";
import { entryKind, expiryWords } from "./walletWords";

type Props = {
  entry: WalletEntry;
  /** Whether it takes the focus, which stays in a list whose selection it follows. */
  autoFocus: boolean;
  onClose: () => void;
  /** See `NewSecretForm`. */
  onTyped: (isTyped: boolean) => void;
  onRotate: () => void;
  onRemove: () => void;
};

/** The details of a wallet entry: replace or rotate, rename, and its uses. */
export function EntrySheet({ entry, autoFocus, onClose, onTyped, onRotate, onRemove }: Props) {
  const now = useNow();
  const plan = useQuery(queries.rotation(entry.id));
  const rotation = plan.data;
  const targets = rotation?.targets ?? [];
  const { checks, run } = useUserChecks();
  const client = useQueryClient();
  const canRotate = typedKindOf(entry.kind, entry.reference) !== null;
  const isOpen = rotation !== undefined && isRotating(rotation);
  const isOnPlatforms = targets.some(isPushed);
  const usedIn = rotation ? targets.length : entry.usedBy.length;
  // Either rotate or replace: a secret that one local connector uses is replaced and checked at once.
  const isRotated = isOpen || isOnPlatforms || (canRotate && usedIn > 1);
  return (
    <Sheet
      title={entry.name}
      mark={<ConnectorMark size="large" title={entry.name} />}
      subtitle={[entryKind(entry), "Wallet", usageText(usedIn)].join(" · ")}
      autoFocus={autoFocus}
      onClose={onClose}
      footer={
        <>
          <Button icon="trash-2" onPress={onRemove}>
            Delete
          </Button>
          <span className="grow" />
          <Button onPress={onClose}>Close</Button>
        </>
      }
    >
      {isRotated ? (
        <RotateHint isOpen={isOpen} isOnPlatforms={isOnPlatforms} onRotate={onRotate} />
      ) : (
        <Replace
          entry={entry}
          autoFocus={autoFocus}
          titles={(rotation ? targets : entry.usedBy).map((one) => one.title)}
          onTyped={onTyped}
          onReplaced={() => run(client, targets)}
        />
      )}
      <Rename entry={entry} />
      <section className={styles.section} aria-label="Used by">
        <h3>Used by</h3>
        {targets.length > 0 ? (
          <TargetList
            label="Used by"
            targets={targets}
            isLinked
            stateOf={(target) => {
              const check = checks.get(userKey(target));
              return check && <CheckState check={check} />;
            }}
          />
        ) : (
          <UsedBy entry={entry} plan={plan} />
        )}
      </section>
      <dl className={styles.facts}>
        <Fact name="Secret">
          <span title={exactTime(entry.replacedAt)}>
            {entry.reference ? "Read on each use" : `Set ${ago(entry.replacedAt, now)}, hidden`}
          </span>
        </Fact>
        {entry.user && (
          <Fact name="Signed in as">
            <span data-selectable>{entry.user}</span>
          </Fact>
        )}
        <Fact name="Expires">{expiryWords(entry, now)}</Fact>
        <Fact name="Saved">
          <Ago at={entry.createdAt} />
        </Fact>
        <Fact name="Last used">{entry.lastUsedAt ? <Ago at={entry.lastUsedAt} /> : "Never"}</Fact>
        {entry.issuer && (
          <Fact name="Issuer">
            <Code>{entry.issuer}</Code>
          </Fact>
        )}
        {entry.resource && (
          <Fact name="Resource">
            <Code>{entry.resource}</Code>
          </Fact>
        )}
        {entry.scopes.length > 0 && (
          <Fact name="Scopes">
            <span className="tags">
              {entry.scopes.map((scope) => (
                <Tag key={scope} mono>
                  {scope}
                </Tag>
              ))}
            </span>
          </Fact>
        )}
      </dl>
    </Sheet>
  );
}

type RotateProps = { isOpen: boolean; isOnPlatforms: boolean; onRotate: () => void };

/**
 * Explains why the secret is rotated: platforms would keep the old one, or several connectors have to be tried first.
 */
function RotateHint({ isOpen, isOnPlatforms, onRotate }: RotateProps) {
  return (
    <section className={styles.section} aria-label="Replace credential">
      <h3>Replace credential</h3>
      <p className="text2">
        {isOpen
          ? "Rotation isn't finished. The old credential is kept until you finish."
          : isOnPlatforms
            ? "Also used on platforms. Rotate to update it everywhere at once."
            : "Used in several places. Rotate to try a new one in each; you can roll back."}
      </p>
      <div className={styles.actions}>
        <Button look="primary" icon="rotate-cw" onPress={onRotate}>
          {isOpen ? "Continue rotation" : "Rotate…"}
        </Button>
      </div>
    </section>
  );
}

/** The known users of an entry where its plan has none, or cannot be read, as while the vault is locked. */
function UsedBy({ entry, plan }: Pick<Props, "entry"> & { plan: UseQueryResult<Rotation> }) {
  const go = useGo();
  if (plan.data || (entry.usedBy.length === 0 && !plan.error)) return <p className="text2">Not used</p>;
  if (entry.usedBy.length === 0) return <p className="text2">{unknownUse}</p>;
  return (
    <ul className={styles.card}>
      {entry.usedBy.map((user) => (
        <li key={user.connector}>
          <button type="button" className={styles.user} onClick={() => go.connector(user.connector)}>
            <ConnectorMark size="small" title={user.title} />
            <span className="cut">{user.title}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

type ReplaceProps = {
  entry: WalletEntry;
  autoFocus: boolean;
  titles: string[];
  onTyped: Props["onTyped"];
  onReplaced: () => void;
};

function Replace({ entry, autoFocus, titles, onTyped, onReplaced }: ReplaceProps) {
  const kind = typedKindOf(entry.kind, entry.reference);
  const { replace } = useWalletActions();
  if (!kind) {
    return (
      <p className="text2">Sign-in tokens renew automatically. To switch accounts, disconnect and sign in again.</p>
    );
  }
  return (
    <NewSecretForm
      title="Replace credential"
      entry={entry}
      kind={kind}
      autoFocus={autoFocus}
      onTyped={onTyped}
      isSaving={replace.isPending}
      note={
        entry.reference && (
          <p className="text2">
            Now <Tag mono>{entry.reference}</Tag>
          </p>
        )
      }
      onSubmit={(secret, reset) => {
        if (replace.isPending) return;
        replace.mutate(
          { id: entry.id, secret },
          {
            onSuccess: (saved) => {
              reset(saved);
              onReplaced();
            },
          },
        );
      }}
    >
      <ErrorNotice error={replace.error} />
      <div className={styles.actions}>
        <Button look="primary" type="submit" isPending={replace.isPending}>
          Replace
        </Button>
        {titles.length > 0 && (
          <span className="text3 small">
            {titles.length === 1
              ? `${titles[0] ?? ""} uses it right away and is checked.`
              : `${count(titles.length, "connector")} use it right away and are checked.`}
          </span>
        )}
      </div>
    </NewSecretForm>
  );
}

function Rename({ entry }: { entry: WalletEntry }) {
  const { rename } = useWalletActions();
  return (
    <RenameForm
      label="Name"
      name={entry.name}
      isPending={rename.isPending}
      error={rename.error}
      onRename={(name, done) => rename.mutate({ id: entry.id, name }, done)}
    />
  );
}
