import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { EmptyState } from "@/components/EmptyState";
import { FilterField } from "@/components/FilterField";
import { Icon } from "@/components/Icon";
import { credentialLooks } from "@/components/credentialLooks";
import { levelWord } from "@/components/levels";
import { NoMatches } from "@/components/NoMatches";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { Skeleton } from "@/components/Skeleton";
import { Tag } from "@/components/Tag";
import { TwoLines } from "@/components/TwoLines";
import { useGo } from "@/components/useGo";
import { type Section, VirtualList } from "@/components/VirtualList";
import { type ConnectorId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { useNow } from "@/host/clock";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { classes } from "@/lib/classes";
import { until } from "@/lib/time";
import { count } from "@/lib/words";
import styles from "./Credentials.module.css";
import { connectorFacts, credentialFacts, type HostedRow, hostedRows, rowName } from "./hostedRows";

type Props = { onAddAccount: () => void; onAddConnector: () => void };

const filterKey = stateKey("", "platform-credentials-filter");

/** Number of connectors up to which all are loaded at once; above, each loads when it is expanded. */
const maxLoadedAtOnce = 8;

/** Credentials stored by platforms, by account and connector. */
export function PlatformList({ onAddAccount, onAddConnector }: Props) {
  const go = useGo();
  const { data: connectors, error, refetch } = useQuery(queries.connectors());
  const { data: accounts } = useQuery(queries.accounts());
  const [filter, setFilter] = useClientState(filterKey);
  const [folded, setFolded] = useState<ReadonlyMap<ConnectorId, boolean>>(new Map());
  const [selected, setSelected] = useState<string | null>(null);
  const hosted = useMemo(() => (connectors ?? []).filter((one) => abilitiesOf(one).keepsCredentials), [connectors]);
  const isOpen = (id: ConnectorId) => folded.get(id) ?? hosted.length <= maxLoadedAtOnce;
  const open = hosted.filter((one) => isOpen(one.id));
  const responses = useQueries({ queries: open.map((one) => queries.platformCredentials(one.id)) });
  const answers = new Map(open.map((one, place) => [one.id, responses[place]]));
  const rows = hostedRows(hosted, (id) => answers.get(id), filter);
  const sections: Section<HostedRow>[] = rows.map(({ account, platform, rows }) => ({
    key: account,
    head: (
      <>
        <PlatformTile platform={platform} /> {account}{" "}
        <span className={styles.count}>
          {count(rows.filter((row) => row.kind === "connector").length, "connector")}
        </span>
      </>
    ),
    rows,
  }));
  const all = rows.flatMap((account) => account.rows);
  const current = all.find((row) => row.key === selected);
  const toggle = (id: ConnectorId) => setFolded(new Map(folded).set(id, !isOpen(id)));
  const act = (row: HostedRow) => {
    if (row.kind === "credential") go.connector(row.connector.id, "credentials");
    else if (row.answer?.isError) void row.answer.refetch();
    else toggle(row.connector.id);
  };
  useShortcut(
    current
      ? {
          keys: "credentials.open",
          inBar: true,
          // For credentials, Enter does the same.
          ofRow: current.kind === "connector",
          run: () => go.connector(current.connector.id, "credentials"),
        }
      : null,
  );

  if (error) return <ErrorNotice className={styles.notice} error={error} onRetry={() => void refetch()} />;
  if (!connectors) return <Skeleton label="Loading connectors" rows={6} />;
  if (hosted.length === 0) {
    return (
      <EmptyState
        icon="key-round"
        title="No platform credentials"
        action={
          accounts?.some(hasAccounts) ? (
            <Button icon="plus" onPress={onAddConnector}>
              Add connector
            </Button>
          ) : (
            <Button icon="plus" onPress={onAddAccount}>
              Add account
            </Button>
          )
        }
      >
        Credentials that platforms store for your connectors appear here.
      </EmptyState>
    );
  }
  return (
    <>
      <div className={styles.filters}>
        <FilterField label="Filter connectors and credentials" value={filter} onChange={setFilter} />
      </div>
      <div className={classes(styles.heads, styles.hosted)} aria-hidden="true">
        <span>Name</span>
        <span>Level</span>
        <span>Status</span>
        <span>Expires</span>
      </div>
      {all.length === 0 ? (
        <NoMatches title="No matching credentials" onClear={() => setFilter("")} />
      ) : (
        <VirtualList
          label="Platform credentials"
          sections={sections}
          keyOf={(row) => row.key}
          nameOf={rowName}
          columnsClass={styles.hosted}
          selected={selected}
          onSelect={setSelected}
          onOpen={act}
          openLabel={openLabel}
          hasMenu
          autoFocus
          renderRow={(row) => (row.kind === "connector" ? <ConnectorCells row={row} /> : <CredentialCells row={row} />)}
        />
      )}
    </>
  );
}

/** Label of the action on Enter. */
function openLabel(row: HostedRow): string {
  if (row.kind === "credential") return "Open credentials";
  if (row.answer?.isError) return "Try again";
  return row.answer ? "Collapse" : "Expand";
}

function ConnectorCells({ row }: { row: Extract<HostedRow, { kind: "connector" }> }) {
  const { connector, answer } = row;
  return (
    <>
      <span className="line">
        <span className={styles.toggle}>
          <Icon name={answer ? "chevron-down" : "chevron-right"} size={14} />
        </span>
        <ConnectorMark title={connector.title} of={connector} />
        <TwoLines
          first={<span className="medium">{connector.title}</span>}
          second={<span>{connectorFacts(row)}</span>}
        />
      </span>
      <span />
      <span>
        {answer?.isPending && <Badge glyph="authorizing">Loading</Badge>}
        {answer?.isError && <Badge glyph="failing">Try again</Badge>}
      </span>
      <span />
    </>
  );
}

function CredentialCells({ row }: { row: Extract<HostedRow, { kind: "credential" }> }) {
  const now = useNow();
  const { credential } = row;
  const look = credentialLooks[credential.status];
  return (
    <>
      <span className={styles.inner}>
        <TwoLines
          first={
            <span className="line">
              <span className="medium">{credential.title ?? (credential.name || "Credential")}</span>
              {credential.isDefault && (
                <Tag icon="star" title="Used by default">
                  Default
                </Tag>
              )}
            </span>
          }
          second={<span>{credentialFacts(credential, now)}</span>}
        />
      </span>
      <span className="text2">{levelWord(credential.level)}</span>
      <Badge glyph={look.glyph} title={credential.reason ?? undefined}>
        {credential.reason ? `${look.word} · ${credential.reason}` : look.word}
      </Badge>
      <span className="text2">{credential.expiresAt ? until(credential.expiresAt, now) : "—"}</span>
    </>
  );
}
