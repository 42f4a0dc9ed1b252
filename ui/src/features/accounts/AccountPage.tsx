import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { AccountGlyph } from "@/components/AccountGlyph";
import { accountLook } from "@/components/accountLook";
import { type AccountTab } from "@/components/accountTabs";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice, ProblemNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
import { Tabs } from "@/components/Tabs";
import { Tag } from "@/components/Tag";
import { useGo } from "@/components/useGo";
import { useAccountStates, useSync } from "@/host/accountSync";
import { type Account, type AccountId, type PlatformForm } from "@/host/bindings";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { isObject } from "@/lib/schema/schema";
import { AccountOverview } from "./AccountOverview";
import styles from "./AccountPage.module.css";
import { OperationsPane } from "./operations/OperationsPane";
import { RemoveAccountDialog } from "./RemoveAccountDialog";
import { useTestAccount } from "./useAccountActions";

type Props = {
  id: AccountId;
  tab: AccountTab;
  onTab: (tab: AccountTab) => void;
  /** Name of the selected operation. */
  operation: string | null;
  onOperation: (name: string) => void;
  onCreate: () => void;
};

/** The page of an account: its state and settings, and the operations of its platform. */
export function AccountPage(props: Props) {
  const go = useGo();
  const { data, error, refetch } = useQuery(queries.accounts());
  const { data: platforms } = useQuery(queries.platforms());
  const account = data?.find((one) => one.id === props.id && hasAccounts(one));
  // The layout depends on the platform's fields.
  if (account && platforms) return <Loaded {...props} account={account} platforms={platforms} />;
  return (
    <>
      <div className={styles.bar} data-drag>
        <h1>Account</h1>
      </div>
      <ErrorNotice className={styles.notice} error={error} onRetry={() => void refetch()} />
      {!error && (!data || account) && <Skeleton label="Loading account" rows={4} />}
      {data && !account && (
        <EmptyState
          icon="cable"
          title="Account not found"
          action={<Button onPress={() => go.connectors()}>All connectors</Button>}
        >
          It was removed here or from the command line.
        </EmptyState>
      )}
    </>
  );
}

function Loaded({
  account,
  tab,
  onTab,
  operation,
  onOperation,
  onCreate,
  platforms,
}: Props & { account: Account; platforms: PlatformForm[] }) {
  const { data: operations } = useQuery(queries.operations(account.id));
  const [removing, setRemoving] = useState(false);
  const go = useGo();
  const leave = () => go.connectors();
  const test = useTestAccount();
  const platform = platforms.find((one) => one.platform === account.platform);
  const title = platform?.title ?? account.platform;

  const next = () => onTab(tab === "account" ? "operations" : "account");
  useShortcut(account.isSignedOut ? null : { keys: "accounts.test", inBar: true, run: () => test.mutate(account.id) });
  useShortcut({ keys: "connectors.add", label: "Create connector", run: onCreate });
  useShortcut({ keys: "tab.previous", run: next });
  useShortcut({ keys: "tab.next", run: next });
  useShortcut({ keys: "Escape", label: "All connectors", run: leave });

  return (
    <>
      <header className={styles.bar} data-drag>
        <PlatformTile platform={account.platform} colour={account.colour} />
        <h1 className="cut">{account.label}</h1>
        {isObject(account.settings) && account.settings.allow_plain_http === "allowed" && (
          <Tag tone="warn" title="The key is sent over plain http: anyone on the network can read it">
            Not encrypted
          </Tag>
        )}
        {platform?.isAssumed && (
          <Tag tone="warn" title={`${title} has no public API documentation`}>
            Experimental
          </Tag>
        )}
        <State account={account} />
        <div className={styles.acts}>
          <Button
            look="quiet"
            icon="refresh-cw"
            keys="accounts.test"
            isDisabled={account.isSignedOut}
            isPending={test.isPending}
            onPress={() => test.mutate(account.id)}
          >
            Test sign-in
          </Button>
          <Button onPress={() => go.connectors(account.id)}>Show connectors</Button>
          <Button icon="plus" keys="connectors.add" onPress={onCreate}>
            Create connector
          </Button>
        </div>
      </header>
      <StateNotice account={account} onTest={() => test.mutate(account.id)} />
      <Tabs<AccountTab>
        label={account.label}
        selected={tab}
        onSelect={onTab}
        tabs={[
          {
            id: "account",
            label: "Account",
            content: <AccountOverview account={account} platform={platform} onRemove={() => setRemoving(true)} />,
          },
          {
            id: "operations",
            label: "API",
            count: operations?.length,
            content: <OperationsPane account={account} title={title} selected={operation} onSelect={onOperation} />,
          },
        ]}
      />
      {removing && (
        <RemoveAccountDialog account={account} title={title} onClose={() => setRemoving(false)} onRemoved={leave} />
      )}
      <StatusFacts>
        <span>{title}</span>
        {account.baseUrl && <span className="mono">{account.baseUrl}</span>}
      </StatusFacts>
    </>
  );
}

/** The state of the account; nothing if it is fine. */
function State({ account }: { account: Account }): ReactNode {
  const state = useAccountStates().get(account.id) ?? "fine";
  const { word, glyph } = accountLook(state);
  if (state === "fine") return null;
  return glyph ? (
    <Badge glyph={glyph} pill>
      {word}
    </Badge>
  ) : (
    <span className="line text2 small">
      <AccountGlyph state={state} />
      {word}
    </span>
  );
}

function StateNotice({ account, onTest }: { account: Account; onTest: () => void }): ReactNode {
  const problem = useSync().accounts[account.id]?.problem;
  if (!problem || account.isSignedOut) return null;
  return (
    <div className={styles.notice}>
      <ProblemNotice problem={problem} onRetry={onTest} retryLabel="Test sign-in" />
    </div>
  );
}
