import { type UseQueryResult } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { ButtonList } from "@/components/ButtonList";
import { credentialWord } from "@/components/identityWords";
import { ErrorNotice } from "@/components/ProblemNotice";
import { StatusGlyph } from "@/components/StatusGlyph";
import { originWord, runStates } from "@/components/ToolResult/runWords";
import { useGo } from "@/components/useGo";
import { type RunPage } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { age, duration, exactTime } from "@/lib/time";
import styles from "./Home.module.css";

export function RecentRuns({ runs: { data, error, refetch } }: { runs: UseQueryResult<RunPage> }) {
  const go = useGo();
  const now = useNow();
  const runs = data?.runs ?? [];
  return (
    <section aria-labelledby="recent-runs">
      <div className={styles.head}>
        <h2 id="recent-runs">Recent runs</h2>
        <span className="grow" />
        {runs.length > 0 && (
          <Button look="link" onPress={go.runs}>
            All runs
          </Button>
        )}
      </div>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data && runs.length === 0 && <p className="text2">No runs yet</p>}
      {runs.length > 0 && (
        <ButtonList className={styles.card}>
          {runs.map((run) => {
            const { glyph, word } = runStates[run.state];
            return (
              <li key={run.id}>
                <button type="button" className={styles.run} onClick={() => go.run(run.id)}>
                  <StatusGlyph name={glyph} />
                  <span className="unseen">{word}</span>
                  <span className="cut" title={run.argumentsLine ?? undefined}>
                    <span className="mono medium">{run.tool}</span>
                    {run.argumentsLine && <span className="text2"> {run.argumentsLine}</span>}
                  </span>
                  <span className="cut">{run.connectorTitle}</span>
                  <span className="cut text2">{credentialWord(run.identity) ?? run.identity.account}</span>
                  <span className="cut text2">{originWord(run.origin)}</span>
                  <span className="number text2">
                    {run.durationMs === null ? word.toLowerCase() : duration(run.durationMs)}
                  </span>
                  <span className="number text3" title={exactTime(run.startedAt)}>
                    {age(run.startedAt, now)}
                  </span>
                </button>
              </li>
            );
          })}
        </ButtonList>
      )}
    </section>
  );
}
