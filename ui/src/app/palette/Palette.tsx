import { Fragment, type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { Dialog as AriaDialog, Modal, ModalOverlay } from "react-aria-components";
import { Badge } from "@/components/Badge";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Icon } from "@/components/Icon";
import { PlatformTile } from "@/components/PlatformTile";
import { KeyHint } from "@/components/KeyHint";
import { LayerContext, useLayer } from "@/components/shortcuts";
import { isComposing } from "@/lib/keys";
import { splitByMatch, splitWords } from "@/lib/match";
import { findItems, groups, type Item } from "./items";
import styles from "./Palette.module.css";
import { useItems } from "./useItems";

type Props = { prefix: string; onClose: () => void };

/** Searches needs, tools, connectors, runs, credentials and commands. */
export function Palette({ prefix, onClose }: Props) {
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className={styles.scrim ?? ""}>
      <Modal className={styles.modal ?? ""}>
        <AriaDialog aria-label="Search or run a command" className={styles.palette ?? ""}>
          <Search prefix={prefix} onClose={onClose} />
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function Search({ prefix, onClose }: Props) {
  const layer = useLayer();
  const [query, setQuery] = useState(prefix);
  /** The item that was moved to; the first until then. Others may come and go above it. */
  const [chosen, setChosen] = useState<string | null>(null);
  const items = useItems();
  const found = useMemo(() => findItems(items, query), [items, query]);
  const flat = found.flatMap((group) => group.items);
  const current = Math.max(
    0,
    flat.findIndex(({ id }) => id === chosen),
  );
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const words = splitWords(query.replace(/^[/@#$>]/, ""));

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [current, found]);

  const run = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + 8,
      PageUp: current - 8,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setChosen(flat[Math.max(0, Math.min(flat.length - 1, next))]?.id ?? null);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(flat[current]);
    }
  };

  return (
    <LayerContext value={layer}>
      <div className={styles.query}>
        <Icon name="search" />
        <input
          // The palette opens to be typed into.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          role="combobox"
          aria-label="Search or run a command"
          aria-expanded="true"
          aria-controls={base}
          aria-autocomplete="list"
          aria-activedescendant={flat[current] ? `${base}-${current}` : undefined}
          placeholder="Search or run a command"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(null);
          }}
          onKeyDown={onKeyDown}
        />
        <KeyHint keys="Escape" />
      </div>
      <div ref={list} id={base} role="listbox" aria-label="Results" className={styles.list}>
        {flat.length === 0 && (
          <p className={styles.nothing}>No results. To add a connector, paste its address outside this box.</p>
        )}
        {found.map((group) => (
          <div key={group.groupId} role="group" aria-label={group.label}>
            <div className={styles.group} aria-hidden="true">
              {group.label}
            </div>
            {group.items.map((item) => {
              const index = flat.indexOf(item);
              return (
                // The combobox has the focus and handles the keys.
                // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
                <div
                  key={item.id}
                  id={`${base}-${index}`}
                  role="option"
                  aria-selected={index === current}
                  className={styles.item}
                  onClick={() => run(item)}
                  onPointerMove={() => setChosen(item.id)}
                >
                  <Row item={item} words={words} current={index === current} />
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <div className={styles.foot} aria-hidden="true">
        <span>
          <KeyHint keys="Enter" /> open
        </span>
        <span className="grow" />
        {groups.map(
          (group) =>
            group.prefix && (
              <span key={group.id}>
                <KeyHint keys={group.prefix} /> {group.label.toLowerCase()}
              </span>
            ),
        )}
      </div>
    </LayerContext>
  );
}

function Row({ item, words, current }: { item: Item; words: string[]; current: boolean }) {
  return (
    <>
      <span className={styles.start}>
        <Start start={item.start} />
      </span>
      <span className={item.mono ? "mono cut" : "cut"}>
        <Highlighted words={words} text={item.text} />
      </span>
      <span className={styles.detail}>
        <Highlighted words={words} text={item.detail} />
      </span>
      {item.status && (
        <span className={styles.status}>
          <Badge glyph={item.status.glyph}>{item.status.word}</Badge>
        </span>
      )}
      {item.keys ? <KeyHint keys={item.keys} /> : current && <KeyHint keys="Enter" />}
    </>
  );
}

function Start({ start }: Pick<Item, "start">) {
  if (typeof start === "string") return <Icon name={start} />;
  if ("platform" in start) return <PlatformTile platform={start.platform} />;
  return <ConnectorMark size="small" title={start.connector.title} of={start.connector} />;
}

function Highlighted({ words, text }: { words: string[]; text: string }) {
  return splitByMatch(words, text).map((stretch, index) => (
    <Fragment key={index}>{stretch.typed ? <b className={styles.typed}>{stretch.text}</b> : stretch.text}</Fragment>
  ));
}
