import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/Button";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { type History } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { useRemoveRuns, useSetRetention } from "@/host/history";
import { queries } from "@/host/queries";
import { lastError } from "@/host/useCommand";
import { offeredDays, offeredRuns } from "@/lib/retention";
import { ago, bytes } from "@/lib/time";
import { count, grouped, joinTexts } from "@/lib/words";
import { Section, Setting } from "./Section";

/** How long runs are kept, the space they take, and their deletion. */
export function HistorySettings() {
  const { data: history, error, refetch } = useQuery(queries.history());
  return (
    <Section title="History">
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {history && <Loaded history={history} />}
    </Section>
  );
}

function Loaded({ history }: { history: History }) {
  const now = useNow();
  const { retention, due, pinned } = history;
  const keep = useSetRetention();
  const remove = useRemoveRuns();
  const [isConfirming, setIsConfirming] = useState(false);
  const failure = lastError(keep, remove);
  return (
    <>
      <Choice
        label="Keep runs for"
        offered={offeredDays}
        chosen={retention.days}
        words={daysWords}
        onChoose={(days) => keep.mutate({ days })}
      />
      <Choice
        label="Maximum"
        offered={offeredRuns}
        chosen={retention.runs}
        words={runsWords}
        onChoose={(runs) => keep.mutate({ runs })}
      />
      <Setting name="Stored now">
        <span>
          {joinTexts(
            " · ",
            count(history.runs, "run"),
            pinned > 0 && `${grouped(pinned)} pinned`,
            bytes(history.kilobytes * 1000),
            history.oldest && `oldest from ${ago(history.oldest, now)}`,
          )}
        </span>
        <Button look="quiet" isDisabled={history.runs === pinned} onPress={() => setIsConfirming(true)}>
          Delete all runs…
        </Button>
      </Setting>
      {due > 0 && (
        <Setting name="">
          <span>
            {due === 1
              ? "1 old run will be deleted within an hour"
              : `${grouped(due)} old runs will be deleted within an hour`}
          </span>
          <Button isPending={remove.isPending} onPress={() => remove.mutate("old")}>
            Delete now
          </Button>
        </Setting>
      )}
      <ErrorNotice error={failure} />
      <p className="text3 small">Shared with the command line. Known secrets are redacted.</p>
      {isConfirming && (
        <ConfirmDialog
          title={`Delete all ${count(history.runs - pinned, "run")}?`}
          confirmLabel="Delete all runs"
          onConfirm={() => {
            setIsConfirming(false);
            remove.mutate("all");
          }}
          onClose={() => setIsConfirming(false)}
        >
          Arguments and results are deleted. This doesn't undo what the tools did.{" "}
          {pinned > 0 ? "Pinned runs and running tools stay." : "Running tools stay."} You can't undo this.
        </ConfirmDialog>
      )}
    </>
  );
}

type ChoiceProps = {
  label: string;
  offered: readonly (number | null)[];
  chosen: number | null;
  words: (amount: number | null) => string;
  onChoose: (amount: number | null) => void;
};

/** A setting with common values, and the current one if it was set from the command line. */
function Choice({ label, offered, chosen, words, onChoose }: ChoiceProps) {
  const amounts = offered.includes(chosen)
    ? offered
    : [...offered, chosen].sort((left, right) => (left ?? Infinity) - (right ?? Infinity));
  const options = amounts.map((amount) => ({ value: String(amount), label: words(amount) }));
  return (
    <Setting name={label}>
      <Select
        label={label}
        hideLabel
        options={options}
        value={String(chosen)}
        onChange={(value) => onChoose(value === "null" ? null : Number(value))}
      />
    </Setting>
  );
}

function daysWords(days: number | null): string {
  if (days === null) return "Forever";
  return days === 365 ? "1 year" : count(days, "day");
}

function runsWords(runs: number | null): string {
  return runs === null ? "No limit" : `Latest ${grouped(runs)}`;
}
