import { useState } from "react";
import { type RunComparison, type RunId, type ToolRun, type ToolRunSummary } from "@/host/bindings";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ProblemNotice";
import { SegmentedControl } from "@/components/SegmentedControl";
import { Select } from "@/components/Select";
import { Skeleton } from "@/components/Skeleton";
import { StatusGlyph } from "@/components/StatusGlyph";
import { isReduced, runStates } from "@/components/ToolResult/runWords";
import { useNow } from "@/host/clock";
import { optionsOf } from "@/lib/options";
import { ago, clockSeconds, duration } from "@/lib/time";
import { count, joinTexts } from "@/lib/words";
import styles from "./Compare.module.css";
import { ComparedChanges } from "./ComparedChanges";
import { ComparedText } from "./ComparedText";
import { sameWords } from "./compareWords";
import { type Comparing, type ComparisonView } from "./comparing";
import { IgnoredPaths } from "./IgnoredPaths";
import { useComparison, usePartner, usePartners } from "./useComparison";

type Props = { run: ToolRun; comparing: Comparing; onChange: (comparing: Comparing) => void };

/** A comparison of a run with another run of its tool. */
export function RunComparisonPane({ run, comparing, onChange }: Props) {
  const { partner, isPending, error } = usePartner(run.id, comparing.partner);
  if (error) return <ErrorNotice className={styles.pad} error={error} />;
  if (run.state === "running")
    return (
      <EmptyState icon="git-compare" title="Still running">
        You can compare it when it finishes.
      </EmptyState>
    );
  if (isPending) return <Skeleton rows={4} label="Loading previous run" />;
  if (partner === null) {
    return (
      <EmptyState
        icon="git-compare"
        title="Nothing to compare yet"
      >{`Run ${run.tool} again, or select two runs.`}</EmptyState>
    );
  }
  return <Compared key={partner} run={run} partner={partner} comparing={comparing} onChange={onChange} />;
}

const views = optionsOf<ComparisonView>({ changes: "Changes", unified: "Unified", side: "Side by side" });

function Compared({ run, partner, comparing, onChange }: Props & { partner: RunId }) {
  const [showsPaths, setShowsPaths] = useState(false);
  const { comparison, error: failure, retry, ignore } = useComparison(run.id, partner);
  return (
    <div className={styles.pane}>
      <div className={styles.bar}>
        <Partner
          run={run}
          partner={partner}
          comparison={comparison}
          onChoose={(chosen) => onChange({ ...comparing, partner: chosen })}
        />
        {comparison && (
          <Button small icon="eye-off" aria-expanded={showsPaths} onPress={() => setShowsPaths(!showsPaths)}>
            {comparison.ignored.length === 0 ? "Ignore paths" : `${count(comparison.ignored.length, "path")} ignored`}
          </Button>
        )}
        <span className="grow" />
        {comparison && (
          <span className={styles.sum} role="status">
            {sum(comparison)}
          </span>
        )}
        <SegmentedControl
          label="Comparison view"
          segments={views}
          value={comparing.view}
          onChange={(view) => onChange({ ...comparing, view })}
        />
      </div>
      {showsPaths && comparison && (
        <IgnoredPaths
          ignored={comparison.ignored}
          suggested={comparison.suggested}
          onChange={(paths) => ignore(paths)}
        />
      )}
      <ErrorNotice className={styles.pad} error={failure} onRetry={retry} />
      {!comparison && !failure && <Skeleton rows={6} label="Loading comparison" oneLine />}
      {comparison && comparing.view === "changes" && (
        <ComparedChanges comparison={comparison} onIgnore={(path) => ignore([...comparison.ignored, path])} />
      )}
      {comparison && comparing.view !== "changes" && (
        <ComparedText key={comparing.view} comparison={comparison} isSideBySide={comparing.view === "side"} />
      )}
    </div>
  );
}

/** The number of changes. Durations always differ, so they do not count. */
function sum(comparison: RunComparison): string {
  const { before, after, differences, more } = comparison;
  const changes = differences.filter((one) => one.part !== "timing").length + more;
  if (changes > 0) return count(changes, "change");
  return isReduced(before) || isReduced(after) ? sameWords(comparison, "outcome") : "No differences";
}

type PartnerProps = {
  run: ToolRun;
  partner: RunId;
  comparison: RunComparison | undefined;
  onChoose: (id: RunId) => void;
};

function Partner({ run, partner, comparison, onChoose }: PartnerProps) {
  const now = useNow();
  const offered = usePartners(run);
  const own = [comparison?.before, comparison?.after].find((one) => one?.id === partner);
  const partners = own && !offered.some((one) => one.id === partner) ? [own, ...offered] : offered;
  const options = partners.map((one) => ({
    value: one.id,
    label: joinTexts(
      " · ",
      clockOrDay(one.startedAt, now),
      one.label?.name,
      one.id === run.replayOf && "Original run",
      noteOf(one, run),
      one.durationMs !== null && duration(one.durationMs),
      one.argumentsLine,
    ),
    start: <StatusGlyph name={runStates[one.state].glyph} />,
  }));
  return (
    <>
      <span className="text3" aria-hidden="true">
        With
      </span>
      <div className={styles.partner}>
        <Select
          label="Compare with"
          hideLabel
          options={options}
          value={partner}
          onChange={onChoose}
          placeholder="Choose a run"
        />
      </div>
    </>
  );
}

/** Includes seconds for today, to tell runs of one minute apart. */
function clockOrDay(timestamp: string, now: Date): string {
  const isOfToday = new Date(timestamp).toDateString() === now.toDateString();
  return isOfToday ? clockSeconds(timestamp) : ago(timestamp, now);
}

/** What distinguishes the other run, apart from its time. */
function noteOf(other: ToolRunSummary, run: ToolRun): string | undefined {
  if (other.tool !== run.tool) return other.tool;
  if (other.connector !== run.connector) return other.connectorTitle;
  if (other.identity.credential !== run.identity.credential) return other.identity.credential ?? other.identity.account;
  return undefined;
}
