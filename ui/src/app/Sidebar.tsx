import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "@/components/Button";
import { Icon } from "@/components/Icon";
import { KeyHint } from "@/components/KeyHint";
import { useGo } from "@/components/useGo";
import { vaultFact } from "@/components/vaultLooks";
import { AccountList } from "@/features/accounts/AccountList";
import { queries } from "@/host/queries";
import { grouped } from "@/lib/words";
import { useLayers } from "./LayersContext";
import { Logo } from "./Logo";
import { destinations } from "./destinations";
import styles from "./Sidebar.module.css";

type Props = { collapsed: boolean; onToggle: () => void };

/** The sidebar: search, pages and accounts. When collapsed, it shows icons with tooltips. */
export function Sidebar({ collapsed, onToggle }: Props) {
  const layers = useLayers();
  const go = useGo();
  const counts = useCounts();
  return (
    <nav className={styles.sidebar} data-collapsed={collapsed || undefined} aria-label="Navigation">
      <div className={styles.brand} data-drag>
        <Logo className={styles.logo} />
        {!collapsed && <span>Patchbay</span>}
        <span className="grow" />
        <Button
          look="quiet"
          icon="panel-left"
          small
          label={collapsed ? "Expand sidebar" : "Collapse sidebar"}
          onPress={onToggle}
        />
      </div>
      <button
        type="button"
        className={styles.find}
        onClick={() => layers.openPalette()}
        title="Search or run a command"
      >
        <Icon name="search" size={14} />
        <span className={collapsed ? "unseen" : undefined}>Search</span>
        <span className={styles.end}>
          <KeyHint keys="window.search" />
        </span>
      </button>
      <ul className={styles.places}>
        {destinations.map((place) => {
          const number = counts.places[place.path];
          return (
            <li key={place.path}>
              <Link
                to={place.path}
                className={styles.place}
                activeOptions={{ exact: place.path === "/", includeSearch: false }}
                activeProps={{ "aria-current": "page" }}
                title={collapsed ? place.label : undefined}
              >
                <Icon name={place.icon} />
                <span className={collapsed ? "unseen" : undefined}>{place.label}</span>
                {number !== undefined && number > 0 && (
                  <span className={place.path === "/" ? styles.needs : styles.number}>
                    {collapsed && number > 99 ? (
                      <>
                        <span aria-hidden="true">99+</span>
                        <span className="unseen">{grouped(number)}</span>
                      </>
                    ) : (
                      grouped(number)
                    )}
                    {place.path === "/" && <span className="unseen"> {number === 1 ? "needs" : "need"} attention</span>}
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
      <AccountList collapsed={collapsed} vault={counts.vault} onAdd={layers.addAccount} />
      <div className={styles.foot}>
        <span className="grow" />
        <Button look="quiet" icon="keyboard" small label="Keyboard shortcuts" onPress={layers.openKeys} />
        <Button look="quiet" icon="settings" small label="Settings" onPress={go.settings} />
      </div>
    </nav>
  );
}

type Counts = { places: Partial<Record<string, number>>; vault: string | null };

function useCounts(): Counts {
  const { data: needs } = useQuery(queries.needs());
  const { data: connectors } = useQuery(queries.connectors());
  const { data: first } = useQuery({ ...queries.firstConnectors(), enabled: connectors === undefined });
  const { data: tools } = useQuery(queries.tools(null));
  const { data: wallet } = useQuery(queries.wallet());
  const { data: vault } = useQuery(queries.vault());
  return {
    places: {
      "/": needs?.length,
      "/connectors": connectors?.length ?? first?.total,
      "/tools": tools?.length,
      "/credentials": wallet?.length,
    },
    vault: vault?.state === "locked" || vault?.state === "unavailable" ? vaultFact(vault) : null,
  };
}
