import { useQuery } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Icon, type IconName } from "@/components/Icon";
import { KeyHint } from "@/components/KeyHint";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Toolbar } from "@/components/Toolbar";
import { type VaultStatus } from "@/host/bindings";
import { queries } from "@/host/queries";
import styles from "./Home.module.css";
import { PasteBox } from "./PasteBox";

type Props = { onAdd: (address?: string) => void; onOpenCatalogue: () => void; onAddAccount: () => void; onOpenSettings: () => void };

/** The window when there is nothing yet: one box with the focus, and the starts there are. */
export function FirstLaunch({ onAdd, onOpenCatalogue, onAddAccount, onOpenSettings }: Props) {
  const { data: about } = useQuery(queries.about());
  const { data: vault } = useQuery(queries.vault());
  const playground = about?.playgroundUrl;
  return (
    <>
      <Toolbar title="Home" />
      <div className={styles.first}>
        <div className={styles.firstBody}>
          <h2 className={styles.welcome}>Connect your first service</h2>
          <p className={styles.lead}>One place for every connector you use. Paste an address; Patchbay finds out how to sign in.</p>
          <PasteBox large onPaste={onAdd} />
          <div className={styles.starts}>
            {playground && (
              <Start icon="play" keys="P" title="Try the Playground" onPress={() => onAdd(playground)}>
                A small MCP server beside Patchbay, with a sign-in of its own. Nothing leaves this computer.
              </Start>
            )}
            <Start icon="plus" keys="N" title="Add a connector" onPress={() => onAdd()}>
              By consent in the browser, a token, headers, or an OAuth app of your own.
            </Start>
            <Start icon="log-in" keys="A" title="Sign in to a platform" onPress={onAddAccount}>
              See and manage the connectors you have on Mistral, Cohere, Agent Stack, Airbyte or 10ex.
            </Start>
            <Start icon="library" keys="C" title="Pick from the catalogue" onPress={onOpenCatalogue}>
              Well-known MCP servers, and how to sign in to each.
            </Start>
          </div>
          <p className={styles.promise}>
            <Icon name="lock" size={14} /> {promise(vault)} No account, no telemetry. <Button look="link" onPress={onOpenSettings}>What is stored where</Button>
          </p>
        </div>
      </div>
      <StatusFacts>
        {vault && <span>{vaultFact(vault)}</span>}
        <span>Nothing runs yet</span>
      </StatusFacts>
    </>
  );
}

function promise(vault: VaultStatus | undefined): string {
  if (vault?.backend === "passphrase") return "Secrets are encrypted here, with your passphrase.";
  return "Secrets are encrypted here, with their key in the keychain.";
}

function vaultFact(vault: VaultStatus): string {
  if (vault.state === "unavailable") return "Keychain does not answer";
  if (vault.state === "locked") return "Vault locked";
  return vault.backend === "passphrase" ? "Vault unlocked" : "Keychain works";
}

function Start({ icon, keys, title, onPress, children }: { icon: IconName; keys: string; title: string; onPress: () => void; children: ReactNode }) {
  useShortcut({ keys, label: title, run: onPress });
  return (
    <button type="button" className={styles.start} onClick={onPress}>
      <span className={styles.startHead}><Icon name={icon} size={20} /><KeyHint keys={keys} /></span>
      <span className={styles.startTitle}>{title}</span>
      <span className="text2">{children}</span>
    </button>
  );
}
