import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Ago } from "@/components/Ago";
import { abilitiesOf, canCheck, canCopy } from "@/components/abilities";
import { Button } from "@/components/Button";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ConnectorMark } from "@/components/ConnectorMark";
import { statusLook } from "@/components/connectorStatus";
import { type ConnectorTab, connectorTabs } from "@/components/connectorTabs";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Icon } from "@/components/Icon";
import { IdentityLine } from "@/components/IdentityLine";
import { Menu } from "@/components/Menu";
import { isSignInAction, nextActionKeys, nextActionLabels, runAction, tabFor } from "@/components/nextAction";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
import { type TabItem, Tabs } from "@/components/Tabs";
import { Tag } from "@/components/Tag";
import { type Connector, type ConnectorId, type NextAction } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useClientState } from "@/host/clientState";
import { queries } from "@/host/queries";
import { lastError } from "@/host/useCommand";
import { useIsMounted } from "@/host/useIsMounted";
import { capital } from "@/lib/words";
import { targetOf } from "@/components/commandLine";
import styles from "./ConnectorPage.module.css";
import { ConnectorSettings } from "./ConnectorSettings";
import { DeleteConnectorDialog } from "./DeleteConnectorDialog";
import { LogPane } from "./LogPane";
import { PlatformCredentials } from "./hosted/PlatformCredentials";
import { PromptsPane } from "./offered/PromptsPane";
import { ResourcesPane } from "./offered/ResourcesPane";
import { Overview } from "./Overview";
import { StatusBadge } from "./StatusBadge";
import { ToolChanges } from "./ToolChanges";
import {
  failedRemoval,
  useCheckConnector,
  useDisconnect,
  useLastCheck,
  useRemoveConnector,
  useUpdateConnector,
} from "./useConnectorActions";

type Props = {
  id: ConnectorId;
  tab: ConnectorTab;
  onTab: (tab: ConnectorTab) => void;
  onSignIn: (connector: Connector) => void;
  onCreateElsewhere: (connector: Connector) => void;
  onLeave: () => void;
  // Rendered by the app, because features do not import each other.
  renderTools: (connector: Connector) => ReactNode;
  renderRuns: (connector: Connector) => ReactNode;
};

/** The page of one connector, with a tab for each of its parts. */
export function ConnectorPage(props: Props) {
  const { data, error, refetch } = useQuery(queries.connectors());
  const connector = data?.find((one) => one.id === props.id);
  const isMounted = useIsMounted();
  const leaveDeleted = () => {
    if (isMounted()) props.onLeave();
  };
  if (connector) return <LoadedPage {...props} connector={connector} onDeleted={leaveDeleted} />;
  return (
    <>
      <Crumbs title={error ? "Couldn't load" : data ? "Not found" : ""} onLeave={props.onLeave} />
      <ErrorNotice className={styles.notice} error={error} onRetry={() => void refetch()} />
      {!data && !error && <Skeleton label="Loading connector" rows={4} />}
      {data && (
        <EmptyState
          icon="cable"
          title="Connector not found"
          action={<Button onPress={props.onLeave}>All connectors</Button>}
        >
          It was removed here or from the command line.
        </EmptyState>
      )}
    </>
  );
}

function Crumbs({ title, onLeave, children }: { title: string; onLeave: () => void; children?: ReactNode }) {
  return (
    <div className={styles.crumbs} data-drag>
      <div className={styles.trail}>
        <Button look="link" onPress={onLeave}>
          Connectors
        </Button>
        <Icon name="chevron-right" size={12} />
        <span className="medium cut">{title}</span>
      </div>
      {children && <div className={styles.acts}>{children}</div>}
    </div>
  );
}

function LoadedPage({
  connector,
  tab,
  onTab,
  onSignIn,
  onCreateElsewhere,
  onLeave,
  renderTools,
  renderRuns,
  onDeleted,
}: Props & { connector: Connector; onDeleted: () => void }) {
  const check = useCheckConnector();
  const disconnect = useDisconnect();
  const remove = useRemoveConnector();
  // Of a deletion whose dialog was closed; the list shows that of a removal.
  const [failed] = useClientState(failedRemoval);
  const update = useUpdateConnector(connector.id);
  const checking = useLastCheck(connector).checkingSince !== null;
  const [confirmsDisconnect, setConfirmsDisconnect] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const { data: accounts = [] } = useQuery(queries.accounts());
  const { word } = statusLook(connector, connector.changedTools);
  const { nextAction: action } = connector;
  const isOff = connector.status.status === "disabled";
  const signedIn = connector.authentication.kind === "oauth" && connector.authentication.entry !== null;

  const runCheck = () => {
    if (!checking) check.mutate(connector.id);
    onTab("overview");
  };
  const run = (action: NextAction) =>
    runAction(action, connector, {
      onSignIn,
      onOpen: (_id, next) => onTab(next),
      onTurnOn: () => update.mutate({ enabled: true }),
      onCheck: runCheck,
    });
  const { configuredHere, deletesForGood, hasResources, keepsCredentials } = abilitiesOf(connector);
  const checkable = canCheck(connector);
  const removeConnector = () => {
    if (deletesForGood) return setDeleting(true);
    // Leave first, or this page would report that the connector was not found.
    onLeave();
    remove.mutate(connector);
  };
  // A check has a button of its own, and no button leads to the open tab.
  const mainAction =
    action && nextActionKeys[action] === "connectors.connect" && tabFor(action) !== tab ? action : null;

  // To sign in as another user or with more access. A sign-in that is needed is the main action.
  const canSignInAgain = !isOff && connector.reauthAction === "sign_in" && !isSignInAction(action);

  useShortcut(checkable ? { keys: "connectors.check", inBar: true, run: runCheck } : null);
  useShortcut(
    mainAction
      ? { keys: "connectors.connect", label: nextActionLabels[mainAction], inBar: true, run: () => run(mainAction) }
      : null,
  );
  const tabs = connectorTabs.filter((one) => {
    // Other platforms keep the credential in the settings.
    if (one === "credentials") return keepsCredentials;
    // Hosted connectors are connected to their servers by the platform.
    if (one === "log") return configuredHere;
    return hasResources || (one !== "resources" && one !== "prompts");
  });
  useShortcut({ keys: "tab.previous", run: () => onTab(neighbour(tabs, tab, -1)) });
  useShortcut({ keys: "tab.next", run: () => onTab(neighbour(tabs, tab, 1)) });
  useShortcut({ keys: "Escape", label: "All connectors", run: onLeave });
  const contents: Record<ConnectorTab, Omit<TabItem<ConnectorTab>, "id">> = {
    overview: {
      label: "Overview",
      content: (
        <Overview
          connector={connector}
          onCreateElsewhere={() => onCreateElsewhere(connector)}
          onSettings={() => onTab("settings")}
          onCheck={runCheck}
        />
      ),
    },
    tools: {
      label: "Tools",
      count: connector.toolCount,
      content: (
        <>
          <ToolChanges connector={connector} />
          {renderTools(connector)}
        </>
      ),
    },
    runs: { label: "Runs", content: renderRuns(connector) },
    resources: { label: "Resources", content: <ResourcesPane connector={connector} /> },
    prompts: { label: "Prompts", content: <PromptsPane connector={connector} /> },
    log: { label: "Log", content: <LogPane connector={connector} /> },
    credentials: {
      label: "Credentials",
      content: <PlatformCredentials connector={connector} onSettings={() => onTab("settings")} />,
    },
    settings: {
      label: "Settings",
      content: <ConnectorSettings key={connector.id} connector={connector} onRemove={removeConnector} />,
    },
  };
  const failure = lastError(disconnect, update, check);
  const isStopped = failure !== null && asProblem(failure).code === "cancelled";
  const removalError = failed?.id === connector.id ? failed.error : null;
  const error = removalError ?? (isStopped ? null : failure);

  return (
    <>
      <Crumbs title={connector.title} onLeave={onLeave}>
        {checkable && (
          <Button look="quiet" icon="refresh-cw" keys="connectors.check" isPending={checking} onPress={runCheck}>
            Check
          </Button>
        )}
        {mainAction && (
          <Button look="primary" keys="connectors.connect" onPress={() => run(mainAction)}>
            {nextActionLabels[mainAction]}
          </Button>
        )}
        {signedIn && <Button onPress={() => setConfirmsDisconnect(true)}>Disconnect</Button>}
        <Menu
          label="More actions"
          trigger={<Button look="quiet" icon="ellipsis" label="More actions" />}
          actions={[
            {
              id: "favourite",
              label: connector.favourite ? "Remove from favorites" : "Add to favorites",
              icon: "star",
              onAction: () => update.mutate({ favourite: !connector.favourite }),
            },
            configuredHere && {
              id: "enabled",
              label: isOff ? "Turn on" : "Turn off",
              icon: "power",
              onAction: () => update.mutate({ enabled: isOff }),
            },
            canSignInAgain && {
              id: "sign_in_again",
              label: "Sign in again…",
              icon: "log-in",
              onAction: () => onSignIn(connector),
            },
            canCopy(connector) && {
              id: "elsewhere",
              label: "Copy to another account…",
              icon: "plus",
              onAction: () => onCreateElsewhere(connector),
            },
            {
              id: "remove",
              label: deletesForGood ? `Delete from ${connector.identity.account}…` : "Remove",
              icon: "trash-2",
              danger: true,
              onAction: removeConnector,
            },
          ]}
        />
      </Crumbs>
      <header className={styles.head}>
        <ConnectorMark size="large" title={connector.title} of={connector} />
        <div className={styles.titles}>
          <div className="line">
            <h1 className="cut">{connector.title}</h1>
            <StatusBadge connector={connector} pill />
            {connector.server && <Tag>MCP {connector.server.protocolVersion}</Tag>}
            {connector.server?.transport === "sse" && <Tag tone="warn">Deprecated transport (HTTP + SSE)</Tag>}
            {connector.allowsPlainHttp && <Tag tone="warn">Not encrypted</Tag>}
          </div>
          <IdentityLine
            identity={connector.identity}
            endpoint={targetOf(connector)}
            colour={accounts.find((one) => one.id === connector.account)?.colour}
          />
        </div>
      </header>
      <ErrorNotice className={styles.notice} error={error} connector={connector} />
      <Tabs<ConnectorTab>
        label={connector.title}
        selected={tabs.includes(tab) ? tab : "overview"}
        onSelect={onTab}
        tabs={tabs.map((id) => ({ id, ...contents[id] }))}
      />
      {deleting && (
        <DeleteConnectorDialog connector={connector} onClose={() => setDeleting(false)} onDeleted={onDeleted} />
      )}
      {confirmsDisconnect && (
        <ConfirmDialog
          title={`Disconnect ${connector.title}?`}
          subtitle={<IdentityLine identity={connector.identity} />}
          confirmLabel="Disconnect"
          isPending={disconnect.isPending}
          onConfirm={() => {
            setConfirmsDisconnect(false);
            disconnect.mutate(connector.id);
          }}
          onClose={() => setConfirmsDisconnect(false)}
        >
          <p>Patchbay revokes the sign-in where the provider supports it. Sign in again to use {connector.title}.</p>
        </ConfirmDialog>
      )}
      <StatusFacts>
        <span>{connector.status.reason ? capital(connector.status.reason) : word}</span>
        {connector.status.checkedAt && (
          <span>
            Checked <Ago at={connector.status.checkedAt} />
          </span>
        )}
      </StatusFacts>
    </>
  );
}

function neighbour(tabs: ConnectorTab[], tab: ConnectorTab, by: 1 | -1): ConnectorTab {
  const at = tabs.indexOf(tab) + by;
  return tabs[(at + tabs.length) % tabs.length] ?? tab;
}
