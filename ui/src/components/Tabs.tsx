import { type ReactNode, useEffect, useRef } from "react";
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from "react-aria-components";
import { grouped } from "@/lib/words";
import styles from "./Tabs.module.css";

export type TabItem<T extends string> = { id: T; label: string; count?: number | null; content: ReactNode };

type Props<T extends string> = { label: string; tabs: TabItem<T>[]; selected: T; onSelect: (id: T) => void };

/** Tabs that fill the available height. A button in a panel that opens another one passes the focus to its tab. */
export function Tabs<T extends string>({ label, tabs, selected, onSelect }: Props<T>) {
  const root = useRef<HTMLDivElement>(null);
  const lastFocused = useRef<Element | null>(null);
  useEffect(() => {
    const element = root.current;
    const note = ({ target }: FocusEvent) => (lastFocused.current = target as Element);
    element?.addEventListener("focusin", note);
    return () => element?.removeEventListener("focusin", note);
  }, []);
  useEffect(() => {
    // React Aria replaces the panel only after the event.
    const timer = setTimeout(() => {
      const isLost = document.activeElement === document.body && lastFocused.current?.isConnected === false;
      if (isLost) root.current?.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus();
    });
    return () => clearTimeout(timer);
  }, [selected]);
  return (
    <AriaTabs
      ref={root}
      className={styles.tabs ?? ""}
      selectedKey={selected}
      onSelectionChange={(key) => onSelect(key as T)}
    >
      <TabList aria-label={label} className={styles.list ?? ""}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className={styles.tab ?? ""}>
            {tab.label}
            {tab.count != null && <span className={styles.count}>{grouped(tab.count)}</span>}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className={styles.panel ?? ""}>
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
