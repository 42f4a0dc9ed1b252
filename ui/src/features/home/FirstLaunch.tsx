import { useQuery } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Icon, type IconName } from "@/components/Icon";
import { KeyHint } from "@/components/KeyHint";
import { useShortcut } from "@/components/shortcuts";
import { type ShortcutId } from "@/components/shortcutTable";
import { StatusFacts } from "@/components/StatusBar";
import { Toolbar } from "@/components/Toolbar";
import { useGo } from "@/components/useGo";
import { vaultFact } from "@/components/vaultLooks";
import { type VaultStatus } from "@/host/bindings";
import { hostedTitles } from "@/host/platforms";
import { queries } from "@/host/queries";
import styles from "./Home.module.css";
import { PasteBox } from "./PasteBox";

export type StartHandlers = { onAdd: (address?: string) => void; onAddAccount: () => void };

/** The home page while there is nothing yet: a box to paste into, and other ways to start. */
export function FirstLaunch({ onAdd, onAddAccount }: StartHandlers) {
  const go = useGo();
  const { data: about } = useQuery(queries.about());
  const { data: vault } = useQuery(queries.vault());
  const playground = about?.playgroundUrl;
  return (
    <>
      <Toolbar title="Home" />
      <div className={styles.first}>
        <div className={styles.firstBody}>
          <h2 className={styles.welcome}>Add your first connector</h2>
          <p className={styles.lead}>Paste the address of an MCP server, a command, or settings of another app.</p>
          <PasteBox large onPaste={onAdd} />
          <div className={styles.starts}>
            {playground && (
              <Start icon="play" keys="first.playground" title="Try the Playground" onPress={() => onAdd(playground)}>
                A sample MCP server with its own sign-in, running on this computer.
              </Start>
            )}
            <Start icon="plus" keys="connectors.add" title="Add a connector" onPress={() => onAdd()}>
              A server on the web or a program on this computer.
            </Start>
            <Start icon="log-in" keys="first.account" title="Sign in to a platform" onPress={onAddAccount}>
              Manage your connectors on {hostedTitles()}.
            </Start>
            <Start icon="library" keys="first.catalog" title="Browse the catalog" onPress={go.catalogue}>
              Well-known MCP servers and how they sign in.
            </Start>
          </div>
          <p className={styles.promise}>
            <Icon name="lock" size={14} /> {storageText(vault)} No Patchbay account, no telemetry.{" "}
            <Button look="link" onPress={go.settings}>
              Where data is stored
            </Button>
          </p>
        </div>
      </div>
      <StatusFacts>
        {vault && vault.state !== "empty" && <span>{vaultFact(vault)}</span>}
        <span>No connectors yet</span>
      </StatusFacts>
    </>
  );
}

function storageText(vault: VaultStatus | undefined): string {
  if (vault?.backend === "passphrase") return "Credentials are encrypted on this computer with your passphrase.";
  if (vault?.backend === "keychain" && vault.state === "ready")
    return "Credentials are encrypted on this computer with a key in your system keychain.";
  return "Credentials are encrypted on this computer.";
}

type StartProps = { icon: IconName; keys: ShortcutId; title: string; onPress: () => void; children: ReactNode };

function Start({ icon, keys, title, onPress, children }: StartProps) {
  useShortcut({ keys, run: onPress });
  return (
    <button type="button" className={styles.start} onClick={onPress}>
      <span className={styles.startHead}>
        <Icon name={icon} size={20} />
        <KeyHint keys={keys} />
      </span>
      <span className={styles.startTitle}>{title}</span>
      <span className="text2">{children}</span>
    </button>
  );
}
