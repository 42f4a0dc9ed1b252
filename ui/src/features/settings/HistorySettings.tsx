import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { type History } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useRemoveRuns, useSetRetention } from "@/host/history";
import { queries } from "@/host/queries";
import { offeredDays, offeredRuns } from "@/lib/retention";
import { ago, bytes } from "@/lib/time";
import { count, grouped } from "@/lib/words";
import { Section, Setting } from "./Section";

/** How long runs are kept, how much room they take, and taking them away. */
export function HistorySettings() {
  const { data: history, error, refetch } = useQuery(queries.history());
  return (
    <Section title="History">
      {error && <ProblemNotice problem={asProblem(error)} onRetry={() => void refetch()} />}
      {history && <Known history={history} />}
    </Section>
  );
}

function Known({ history }: { history: History }) {
  const { retention, due } = history;
  const keep = useSetRetention();
  const remove = useRemoveRuns();
  const [asks, setAsks] = useState(false);
  const failure = keep.error ?? remove.error;
  return (
    <>
      <Setting name="Keep runs for">
        <Choice label="Keep runs for" offered={offeredDays} chosen={retention.days} words={daysWords} onChoose={(days) => keep.mutate({ ...retention, days })} />
      </Setting>
      <Setting name="At most">
        <Choice label="Keep at most" offered={offeredRuns} chosen={retention.runs} words={runsWords} onChoose={(runs) => keep.mutate({ ...retention, runs })} />
      </Setting>
      <Setting name="Kept now">
        <span>{[count(history.runs, "run"), bytes(history.kilobytes * 1000), history.oldest && `the oldest of ${ago(history.oldest)}`].filter(Boolean).join(" · ")}</span>
        <Button look="quiet" isDisabled={history.runs === 0} onPress={() => setAsks(true)}>Delete all runs…</Button>
      </Setting>
      {due > 0 && (
        <Setting name="">
          <span>{due === 1 ? "1 run is too old and goes within the hour" : `${grouped(due)} runs are too old and go within the hour`}</span>
          <Button isPending={remove.isPending} onPress={() => remove.mutate("old")}>Remove now</Button>
        </Setting>
      )}
      {failure && <ProblemNotice problem={asProblem(failure)} />}
      <p className="text3 small">The app and the command line keep one history. Arguments and answers lie in it without secrets.</p>
      {asks && (
        <Dialog
          alert
          title={`Delete all ${count(history.runs, "run")}?`}
          onClose={() => setAsks(false)}
          footer={
            <>
              <span className="grow" />
              <Button autoFocus onPress={() => setAsks(false)}>Keep them</Button>
              <Button look="danger" onPress={() => { setAsks(false); remove.mutate("all"); }}>Delete all runs</Button>
            </>
          }
        >
          Arguments and answers leave this computer&apos;s history for good. What the tools did stays done; runs under way stay.
        </Dialog>
      )}
    </>
  );
}

type ChoiceProps = { label: string; offered: readonly (number | null)[]; chosen: number | null; words: (amount: number | null) => string; onChoose: (amount: number | null) => void };

/** One of the usual amounts; one that was set on the command line is offered too. */
function Choice({ label, offered, chosen, words, onChoose }: ChoiceProps) {
  const amounts = offered.includes(chosen) ? offered : [...offered, chosen].sort((left, right) => (left ?? Infinity) - (right ?? Infinity));
  const options = amounts.map((amount) => ({ value: String(amount), label: words(amount) }));
  return <Select label={label} hideLabel options={options} value={String(chosen)} onChange={(value) => onChoose(value === "null" ? null : Number(value))} />;
}

function daysWords(days: number | null): string {
  if (days === null) return "Ever";
  return days === 365 ? "A year" : count(days, "day");
}

function runsWords(runs: number | null): string {
  return runs === null ? "All runs" : `The newest ${grouped(runs)}`;
}
