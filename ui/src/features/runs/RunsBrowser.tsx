import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from "react";
import { commands, type ConnectorId } from "@/host/bindings";
import { call } from "@/host/call";
import { stateKey, useClientState } from "@/host/clientState";
import { useSetRetention } from "@/host/history";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { Menu } from "@/components/Menu";
import { NoMatches } from "@/components/NoMatches";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
import { Toolbar } from "@/components/Toolbar";
import { everyRun } from "@/host/queries";
import { lastError, useCommand } from "@/host/useCommand";
import { AddFilterMenu } from "./AddFilterMenu";
import { type Comparing, newComparison } from "./comparing";
import { ExportMenu, useExportRuns } from "./ExportMenu";
import { OpenedRunsDialog } from "./OpenedRunsDialog";
import { RetentionMenu } from "./RetentionMenu";
import { PeekRun } from "./PeekRun";
import { RunDetail } from "./RunDetail";
import { RunFilterField } from "./RunFilterField";
import { RunList } from "./RunList";
import styles from "./Runs.module.css";
import { totalText } from "./totalText";
import { asTyped, type TypedFilter, withFilters } from "./typedFilters";
import { useMarks } from "./useMarks";
import { useRuns } from "./useRuns";

type Props = { connector?: ConnectorId };

type Pair = { earlier: string; later: string };

/** The filters of a history; `words` is the text beside them. */
type Filters = { filters: TypedFilter[]; words: string };

const noFilters: Filters = { filters: [], words: "" };

/** The history with filters, beside the selected run. */
export function RunsBrowser({ connector }: Props) {
  const navigate = useNavigate();
  // Kept while a single run is shown.
  const [{ filters, words }, setFilters] = useClientState(stateKey(noFilters, "run-filters", connector ?? null));
  const [selected, setSelected] = useState<string | null>(null);
  const typed = asTyped(filters, words);
  const text = useDeferredValue(typed);
  const found = useRuns({ text, connector: connector ?? null });
  const [comparing, setComparing] = useState<Comparing | null>(null);
  const [peeked, setPeeked] = useState<string | null>(null);
  const marks = useMarks();
  const exporting = useExportRuns({ ...everyRun, text: typed === "" ? null : typed, connector: connector ?? null });
  const opening = useCommand({ mutationFn: () => call(commands.openRunsFile()) });
  const openFile = () => opening.mutate();
  const keep = useSetRetention();
  const left = useRef<HTMLElement>(null);
  const pane = useRef<HTMLDivElement>(null);

  const { runs, total } = found;
  const isFiltered = typed !== "";
  const position = runs.findIndex((run) => run.id === selected);
  // Selects the newest run initially. Newer ones do not change the selection.
  if (selected === null && runs[0] && !found.isPrevious && text === typed) setSelected(runs[0].id);
  useEffect(() => {
    // The focused button may have disappeared with the previous run.
    if (document.activeElement === document.body)
      left.current?.querySelector<HTMLElement>("[role=grid]")?.focus({ preventScroll: true });
  }, [selected]);
  const isNarrow = () => pane.current !== null && getComputedStyle(pane.current).display === "none";
  const select = (id: string | null) => {
    setSelected(id);
    // The previous run is another one now.
    setComparing((current) => current && { ...current, partner: null });
  };
  const compare = ({ earlier, later }: Pair) => {
    if (isNarrow()) {
      void navigate({ to: "/runs/$run", params: { run: later }, search: { with: earlier } });
      return;
    }
    setSelected(later);
    setComparing({ ...newComparison, ...comparing, partner: earlier });
  };
  // In a narrow window, there is no room for a comparison beside the list.
  const changeComparing = (next: Comparing | null) => {
    if (next && selected !== null && isNarrow())
      void navigate({ to: "/runs/$run", params: { run: selected }, search: { with: next.partner ?? "" } });
    else setComparing(next);
  };
  const pair = marks.pair(selected);
  useShortcut(
    selected === null
      ? null
      : {
          keys: "list.select",
          label: marks.marked.has(selected) ? "Deselect" : "Select to compare",
          inBar: true,
          ofRow: true,
          run: () => marks.toggle(selected),
        },
  );
  useShortcut(
    selected === null ? null : { keys: "Space", label: "Preview", ofRow: true, run: () => setPeeked(selected) },
  );
  useShortcut(marks.marked.size === 0 ? null : { keys: "Escape", label: "Clear selection", run: marks.clear });
  const filter = (next: TypedFilter[], beside: string) => {
    setFilters({ filters: next, words: beside });
    select(null);
  };
  const toggle = (one: TypedFilter) => {
    const others = filters.filter((other) => other.name !== one.name || other.value !== one.value);
    filter(others.length < filters.length ? others : withFilters(filters, [one]), words);
  };
  const open = (id: string) => {
    select(id);
    // In a narrow window, a run has a page of its own.
    if (isNarrow()) void navigate({ to: "/runs/$run", params: { run: id } });
  };
  const clear = () => filter([], "");

  const list = (): ReactNode => {
    if (found.error && runs.length === 0)
      return <ErrorNotice className={styles.pad} error={found.error} onRetry={found.retry} />;
    if (found.isPending) return <Skeleton rows={10} label="Loading runs" />;
    if (runs.length === 0 && isFiltered) {
      return (
        <NoMatches title="No matching runs" onClear={clear}>
          Try words, or filters such as status:failed, is:pinned, tool:search, since:7d.
        </NoMatches>
      );
    }
    return (
      <>
        <ErrorNotice className={styles.notice} error={found.error} onRetry={found.retry} />
        <RunList
          runs={runs}
          selected={selected}
          marked={marks.marked}
          onSelect={select}
          onOpen={open}
          onEnd={found.more}
          isOneConnector={connector !== undefined}
        />
      </>
    );
  };

  // Not while a filter without matches is being cleared: unmounting its field would lose the focus.
  const isEmpty =
    runs.length === 0 && !isFiltered && !found.isPending && !found.isPrevious && text === typed && !found.error;
  const exports = (isSmall: boolean) => <ExportMenu small={isSmall} exporting={exporting} isDisabled={!total} />;
  return (
    <div className={styles.frame}>
      {connector === undefined && (
        <Toolbar title="Runs" count={isFiltered ? undefined : total}>
          {exports(false)}
          <RetentionMenu onChange={keep.mutate} />
          <Menu
            label="More actions for runs"
            trigger={<Button look="quiet" icon="ellipsis" label="More actions for runs" />}
            actions={[{ id: "open", label: "Open exported runs…", onAction: openFile }]}
          />
        </Toolbar>
      )}
      <ErrorNotice className={styles.notice} error={lastError(exporting, keep)} />
      <ErrorNotice className={styles.notice} error={opening.error} retryLabel="Choose file…" onRetry={openFile} />
      {isEmpty ? (
        <EmptyState
          icon="history"
          title="No runs yet"
          action={<Button onPress={() => void navigate({ to: "/tools" })}>Browse tools</Button>}
        >
          Runs from this app and the command line appear here.
        </EmptyState>
      ) : (
        <div className={styles.browser}>
          <section ref={left} className={styles.left} aria-label="History">
            <div className={styles.filters}>
              <div className={styles.find}>
                <RunFilterField filters={filters} words={words} onChange={filter} />
                <AddFilterMenu
                  filters={filters}
                  onToggle={toggle}
                  run={runs[position]}
                  isOneConnector={connector !== undefined}
                />
                {connector !== undefined && exports(true)}
              </div>
            </div>
            {list()}
          </section>
          <div ref={pane} className={styles.right}>
            {selected !== null && (
              <RunDetail
                id={selected}
                comparing={comparing}
                onCompare={changeComparing}
                onCompareMarked={pair && (() => compare(pair))}
                onShow={(id, beside) => (beside === null ? select(id) : compare({ earlier: beside, later: id }))}
                onRemoved={() => {
                  marks.unmark(selected);
                  select((runs[position + 1] ?? runs[position - 1])?.id ?? null);
                }}
              />
            )}
          </div>
        </div>
      )}
      <StatusFacts>
        {total !== undefined && (
          <span>{totalText(total, { isFiltered, hasMoreThanTotal: found.hasMoreThanTotal })}</span>
        )}
        {marks.marked.size > 0 && <span>{`${marks.marked.size} selected`}</span>}
        {!isEmpty && <span>Secret arguments are redacted</span>}
      </StatusFacts>
      {opening.data && <OpenedRunsDialog file={opening.data} onClose={opening.reset} />}
      {peeked !== null && <PeekRun id={peeked} onClose={() => setPeeked(null)} />}
    </div>
  );
}
