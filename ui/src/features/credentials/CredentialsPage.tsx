import { useQuery } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { type ComponentProps, useEffect, useEffectEvent, useState } from "react";
import { Button } from "@/components/Button";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { FilterField } from "@/components/FilterField";
import { Icon } from "@/components/Icon";
import { NoMatches } from "@/components/NoMatches";
import { ErrorNotice } from "@/components/ProblemNotice";
import { SegmentedControl } from "@/components/SegmentedControl";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
import { Toolbar } from "@/components/Toolbar";
import { requestedCredential } from "@/components/useGo";
import { vaultFact } from "@/components/vaultLooks";
import { canUseVault, VaultNotice } from "@/components/VaultNotice";
import { VirtualList } from "@/components/VirtualList";
import { type VaultStatus, type WalletEntry, type WalletEntryId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { useNow } from "@/host/clock";
import { queries } from "@/host/queries";
import { hasWords, splitWords } from "@/lib/match";
import { optionsOf } from "@/lib/options";
import { grouped, joinTexts } from "@/lib/words";
import { AddEntryDialog } from "./AddEntryDialog";
import styles from "./Credentials.module.css";
import { entryName, EntryRow } from "./EntryRow";
import { EntrySheet } from "./EntrySheet";
import { PlatformList } from "./PlatformList";
import { RemoveEntryDialog } from "./RemoveEntryDialog";
import { RotateSheet } from "./RotateSheet";
import { typedKindOf } from "./secretForm";
import { type SecretUsage, useSecretUsage } from "./useSecretUsage";
import { entryKind } from "./walletWords";
import { compareText } from "@/lib/order";

// Kept while another page is open.
const viewKey = stateKey<"wallet" | "platforms">("wallet", "credentials-view");
const filterKey = stateKey("", "credentials-filter");
const selectedKey = stateKey<WalletEntryId | null>(null, "selected-credential");

/** Credentials in the wallet and on platforms. */
export function CredentialsPage(platforms: ComponentProps<typeof PlatformList>) {
  const now = useNow();
  const [view, setView] = useClientState(viewKey);
  const { data: wallet, error, refetch } = useQuery(queries.wallet());
  const { data: vault } = useQuery(queries.vault());
  const [selected, setSelected] = useClientState(selectedKey);
  const [requested, setRequested] = useClientState(requestedCredential);
  const [open, setOpen] = useState<"add" | "entry" | "rotate" | "remove" | null>(null);
  // Whether the open sheet follows the selection of the list, which keeps the focus then.
  const [isFollowing, setFollowing] = useState(false);
  const [filter, setFilter] = useClientState(filterKey);
  const uses = useSecretUsage(wallet ?? [], vault?.state === "ready");
  const usesOf = (entry: WalletEntry): SecretUsage =>
    uses.get(entry.id) ?? { titles: [], platforms: [], isKnown: false, isRotating: false };
  const shown = (wallet ?? [])
    .filter((entry) => matchesFilter(filter, entry, usesOf(entry)))
    .sort((left, right) => compareText(left.name, right.name));
  // Whether a sheet has input that would be lost with it, and what waits until that was agreed to.
  const [hasTyped, setTyped] = useState(false);
  const [asked, setAsked] = useState<(() => void) | null>(null);
  const leave = (go: () => void) => (hasTyped ? setAsked(() => go) : go());
  const blocker = useBlocker({ shouldBlockFn: () => hasTyped, enableBeforeUnload: false, withResolver: true });
  const show = (next: typeof open) =>
    leave(() => {
      setOpen(next);
      setFollowing(false);
    });
  const showRequested = useEffectEvent((id: WalletEntryId) => {
    setRequested(null);
    leave(() => {
      setView("wallet");
      setFilter("");
      setSelected(id);
      // Only the one before was to be rotated or removed.
      if (open !== null) setOpen("entry");
    });
  });
  useEffect(() => {
    // An event from outside, that may have to wait for an answer.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    if (requested !== null) showRequested(requested);
  }, [requested]);
  // A filter does not close a sheet with input.
  const listed = hasTyped ? (wallet ?? []) : shown;
  const current = view === "wallet" ? listed.find((entry) => entry.id === selected) : undefined;
  const place = shown.findIndex((entry) => entry.id === current?.id);
  const next = shown[place + 1] ?? shown[place - 1];
  const close = () => setOpen(null);
  // An entry that was deleted elsewhere takes its sheet or dialog along: the next one selected must not get it.
  if (open !== null && open !== "add" && !current) close();

  // A letter must not close a sheet with a typed secret.
  const isRotating = open === "rotate";
  useShortcut(isRotating ? null : { keys: "credentials.add", inBar: true, run: () => show("add") });
  useShortcut(
    current && !isRotating && typedKindOf(current.kind, current.reference)
      ? { keys: "credentials.rotate", inBar: true, ofRow: true, run: () => show("rotate") }
      : null,
  );
  useShortcut(
    current && !isRotating ? { keys: "list.delete", inBar: true, ofRow: true, run: () => show("remove") } : null,
  );

  return (
    <div className={styles.split}>
      <div className={styles.main}>
        <Toolbar title="Credentials" count={view === "wallet" ? wallet?.length : undefined}>
          <SegmentedControl
            label="View"
            segments={optionsOf({ wallet: "Wallet", platforms: "Platforms" })}
            value={view}
            onChange={(next) =>
              leave(() => {
                setView(next);
                close();
              })
            }
          />
          <Button icon="plus" keys="credentials.add" onPress={() => show("add")}>
            Add credential
          </Button>
        </Toolbar>
        {vault && !canUseVault(vault) && (
          <div className={styles.notice}>
            <VaultNotice vault={vault} />
          </div>
        )}
        {view === "platforms" && <PlatformList {...platforms} />}
        {view === "wallet" && <ErrorNotice className={styles.notice} error={error} onRetry={() => void refetch()} />}
        {view === "wallet" && !wallet && !error && <Skeleton label="Loading wallet" rows={6} />}
        {view === "wallet" && wallet?.length === 0 && (
          <EmptyState
            icon="key-round"
            title="No saved credentials"
            action={
              <Button icon="plus" onPress={() => setOpen("add")}>
                Add credential
              </Button>
            }
          >
            Tokens, headers, OAuth apps and sign-ins appear here, encrypted on this computer.
          </EmptyState>
        )}
        {view === "wallet" && wallet && wallet.length > 0 && (
          <>
            <div className={styles.filters}>
              <FilterField label="Filter credentials" value={filter} onChange={setFilter} />
            </div>
            <div className={styles.heads} aria-hidden="true">
              <span>Name</span>
              <span>Type</span>
              <span>Used by</span>
              <span>Last used</span>
              <span>Expires</span>
            </div>
            {shown.length === 0 ? (
              <NoMatches title="No matching credentials" onClear={() => setFilter("")} />
            ) : (
              <VirtualList
                label="Credentials"
                sections={[
                  {
                    key: "wallet",
                    head: (
                      <>
                        <Icon name="lock" size={12} /> Wallet{" "}
                        <span className={styles.count}>
                          {grouped(shown.length)} · {protection(vault)}
                        </span>
                      </>
                    ),
                    rows: shown,
                  },
                ]}
                keyOf={(entry) => entry.id}
                nameOf={(entry) => entryName(entry, usesOf(entry), now)}
                columnsClass={styles.columns}
                selected={selected}
                onSelect={(id) =>
                  id !== selected &&
                  leave(() => {
                    setSelected(id);
                    setFollowing(true);
                    // Only the selected one was to be rotated.
                    if (isRotating) setOpen("entry");
                  })
                }
                onOpen={({ id }) => {
                  if (id === current?.id && open === "entry") return;
                  leave(() => {
                    setSelected(id);
                    setOpen("entry");
                    setFollowing(false);
                  });
                }}
                hasMenu
                autoFocus
                renderRow={(entry) => <EntryRow entry={entry} uses={usesOf(entry)} />}
              />
            )}
          </>
        )}
      </div>
      {open === "entry" && current && (
        <EntrySheet
          key={current.id}
          entry={current}
          autoFocus={!isFollowing}
          onClose={() => leave(close)}
          onTyped={setTyped}
          onRotate={() => show("rotate")}
          onRemove={() => show("remove")}
        />
      )}
      {open === "rotate" && current && (
        <RotateSheet key={current.id} entry={current} onTyped={setTyped} onClose={() => leave(close)} />
      )}
      {(asked !== null || blocker.status === "blocked") && (
        <ConfirmDialog
          title="Discard the new credential?"
          confirmLabel="Discard"
          cancelLabel="Keep editing"
          onConfirm={() => {
            setAsked(null);
            asked?.();
            blocker.proceed?.();
          }}
          onClose={() => {
            setAsked(null);
            blocker.reset?.();
          }}
        >
          What you entered isn&apos;t saved.
        </ConfirmDialog>
      )}
      {open === "add" && (
        <AddEntryDialog
          onTyped={setTyped}
          onClose={() => leave(close)}
          onAdded={(entry) => {
            setView("wallet");
            setSelected(entry.id);
            close();
          }}
        />
      )}
      {open === "remove" && current && (
        <RemoveEntryDialog
          entry={current}
          onClose={close}
          onRemoved={() => {
            setSelected(next?.id ?? null);
            close();
          }}
        />
      )}
      <StatusFacts>
        {vault && <span>{vaultFact(vault)}</span>}
        {view === "wallet" && wallet && wallet.length > 0 && wallet.every((entry) => usesOf(entry).isKnown) && (
          <span>{grouped(wallet.filter((entry) => usesOf(entry).titles.length === 0).length)} not used</span>
        )}
      </StatusFacts>
    </div>
  );
}

function matchesFilter(filter: string, entry: WalletEntry, uses: SecretUsage): boolean {
  const { name, reference, issuer, user, headerNames } = entry;
  const text = joinTexts(" ", name, entryKind(entry), reference, issuer, user, ...headerNames, ...uses.titles);
  return hasWords(text.toLowerCase(), splitWords(filter));
}

function protection(vault: VaultStatus | undefined): string {
  return vault?.backend === "passphrase" ? "encrypted with your passphrase" : "encrypted on this computer";
}
