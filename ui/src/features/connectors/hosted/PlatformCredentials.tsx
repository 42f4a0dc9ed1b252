import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { IdentityLine } from "@/components/IdentityLine";
import { levelLabels } from "@/components/levels";
import { Menu } from "@/components/Menu";
import { ErrorNotice, ProblemNotice } from "@/components/ProblemNotice";
import { Section } from "@/components/Section";
import { Skeleton } from "@/components/Skeleton";
import { Tag } from "@/components/Tag";
import { credentialLooks } from "@/components/credentialLooks";
import { platformName } from "@/components/platformName";
import {
  type Connector,
  type CredentialLevel,
  type CredentialsOfLevel,
  type PlatformCredential,
} from "@/host/bindings";
import { useNow } from "@/host/clock";
import { queries } from "@/host/queries";
import { ago, expires } from "@/lib/time";
import { capital } from "@/lib/words";
import page from "../ConnectorPage.module.css";
import { CredentialDialog } from "./CredentialDialog";
import styles from "./Hosted.module.css";
import { useMakeDefault, useRemoveCredential } from "./useHosted";

/** The credentials that the platform keeps for a connector, by level. Secrets can be replaced but never read. */
export function PlatformCredentials({ connector, onSettings }: { connector: Connector; onSettings: () => void }) {
  const { data, error, refetch } = useQuery(queries.platformCredentials(connector.id));
  if (!data && !error) return <Skeleton rows={5} label={`Loading from ${connector.identity.account}`} />;
  if (data?.length === 0) {
    return (
      <EmptyState
        icon="key-round"
        title="No separate credentials"
        action={<Button onPress={onSettings}>Open settings</Button>}
      >
        The sign-in is part of this connector's settings.
      </EmptyState>
    );
  }
  return (
    <div className={page.body}>
      <ErrorNotice error={error} connector={connector} onRetry={() => void refetch()} />
      {data?.map((level) => (
        <LevelSection key={level.level.level} connector={connector} credentials={level} />
      ))}
    </div>
  );
}

function LevelSection({ connector, credentials }: { connector: Connector; credentials: CredentialsOfLevel }) {
  const { level, problem } = credentials;
  const [saving, setSaving] = useState<PlatformCredential | "new" | null>(null);
  const canAdd = level.isNamed || credentials.credentials.length === 0;
  return (
    <Section
      title={levelLabels[level.level]}
      end={
        canAdd && (
          <Button icon="plus" onPress={() => setSaving("new")}>
            Add credential
          </Button>
        )
      }
    >
      <p className="text2">{level.help}</p>
      {problem && <ProblemNotice problem={problem} />}
      {!problem && credentials.credentials.length === 0 && (
        <p className="text3">
          {level.isListed
            ? "No credentials"
            : `${platformName(connector.identity.platform)} doesn't show whether one is set.`}
        </p>
      )}
      {credentials.credentials.length > 0 && (
        <ul className={styles.credentials}>
          {credentials.credentials.map((credential) => (
            <Row
              key={credential.name}
              connector={connector}
              level={level}
              credential={credential}
              onReplace={() => setSaving(credential)}
            />
          ))}
        </ul>
      )}
      {saving && (
        <CredentialDialog
          connector={connector}
          level={level}
          replaced={saving === "new" ? null : saving}
          taken={credentials.credentials.map((one) => one.name)}
          onClose={() => setSaving(null)}
        />
      )}
    </Section>
  );
}

type RowProps = { connector: Connector; level: CredentialLevel; credential: PlatformCredential };

function Row({ connector, level, credential, onReplace }: RowProps & { onReplace: () => void }) {
  const now = useNow();
  const [removing, setRemoving] = useState(false);
  const makeDefault = useMakeDefault(connector.id);
  const { name, title, isDefault, status, reason, method, word, checkedAt, expiresAt, createdBy } = credential;
  const shown = title ?? (name || "Credential");
  const facts = [
    title && name,
    word ?? method,
    reason,
    expiresAt && capital(expires(expiresAt, now)),
    checkedAt && `Checked ${ago(checkedAt, now)}`,
    createdBy && `By ${createdBy}`,
  ];
  return (
    <li className={styles.credential}>
      <div className={styles.credentialWords}>
        <span className="line">
          <span className="medium cut">{shown}</span>
          {isDefault && (
            <Tag icon="star" title="Used by default">
              Default
            </Tag>
          )}
        </span>
        <span className="text3 small">{facts.filter(Boolean).join(" · ")}</span>
        <ErrorNotice error={makeDefault.error} />
      </div>
      <Badge glyph={credentialLooks[status].glyph}>{credentialLooks[status].word}</Badge>
      <Menu
        label={`Actions for ${shown}`}
        trigger={
          <Button small look="quiet" icon="ellipsis" label={`Actions for ${shown}`} isPending={makeDefault.isPending} />
        }
        actions={[
          { id: "replace", label: "Replace", icon: "rotate-cw", onAction: onReplace },
          level.hasDefault &&
            !isDefault && {
              id: "default",
              label: "Make default",
              icon: "star",
              onAction: () => makeDefault.mutate({ level: level.level, name, title: shown }),
            },
          level.canDelete && {
            id: "delete",
            label: "Delete",
            icon: "trash-2",
            danger: true,
            onAction: () => setRemoving(true),
          },
        ]}
      />
      {removing && (
        <RemoveDialog
          connector={connector}
          level={level}
          credential={credential}
          shown={shown}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  );
}

type RemoveProps = RowProps & { shown: string; onClose: () => void };

function RemoveDialog({ connector, level, credential, shown, onClose }: RemoveProps) {
  const remove = useRemoveCredential(connector.id);
  const target = { level: level.level, name: credential.name, title: shown };
  const submit = () => remove.mutate(target, { onSuccess: onClose });
  return (
    <ConfirmDialog
      title={`Delete ${shown}?`}
      subtitle={<IdentityLine identity={connector.identity} endpoint={connector.endpoint} />}
      confirmLabel="Delete credential"
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={submit}
      onClose={onClose}
    >
      <p>
        {connector.title} can no longer use it. {credential.isDefault && "It's the default credential. "}You can't undo
        this.
      </p>
    </ConfirmDialog>
  );
}
