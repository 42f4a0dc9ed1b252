import { type ReactNode } from "react";
import { type Connector, type Problem } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useAllowProgram } from "@/host/useAllowProgram";
import { capital, joinTexts, sentence } from "@/lib/words";
import { Button } from "./Button";
import { useCopy } from "./CopyContext";
import { useFix } from "./FixContext";
import styles from "./ProblemNotice.module.css";
import { type GlyphName, StatusGlyph, toneOf } from "./StatusGlyph";

type Props = {
  problem: Problem;
  onRetry?: () => void;
  /** Label of the retry button. */
  retryLabel?: string;
  /** Repeats the failed action after the fix; `onRetry` by default. */
  onFixed?: () => void;
  /** Where the problem occurred; enables the button that fixes it. */
  connector?: Connector;
  /** Whether the problem comes from a file; then no button acts on it. */
  isForeign?: boolean;
  /** An additional button. */
  children?: ReactNode;
};

/** Shows a problem: what happened, why, what to do, and its code. */
export function ProblemNotice({
  problem,
  onRetry: retry,
  retryLabel: ownLabel,
  onFixed = problem.mayBeDone ? undefined : retry,
  connector,
  isForeign = false,
  children,
}: Props) {
  // The same input is rejected again. A retry with a label of its own does more, such as asking for another file.
  const isRejected = problem.code === "usage.invalid" && !ownLabel;
  const onRetry = isRejected || problem.mayBeDone ? undefined : retry;
  const retryLabel = ownLabel ?? "Try again";
  const copy = useCopy();
  const allow = useAllowProgram();
  const fix = useFix(problem, connector, onFixed ? { label: retryLabel, run: onFixed } : null);
  // The detail is the reference. The host checks it, and shows it before the user agrees.
  const program = problem.code === "reference.not_allowed" && !isForeign ? problem.detail : null;
  // The last lines of a program's output stay as they are.
  const output = problem.detail?.includes("\n") ? problem.detail : null;
  const reason =
    problem.detail && problem.detail !== problem.message && !program && !output ? sentence(problem.detail) : null;
  const details = joinTexts(
    "\n",
    problem.code,
    problem.message,
    problem.detail,
    problem.status && `HTTP ${problem.status}`,
    problem.request,
    problem.requestId && `request id ${problem.requestId}`,
  );
  return (
    <Notice
      role="alert"
      glyph="failing"
      title={problemTitle(problem)}
      end={
        <button
          type="button"
          className={styles.code}
          title="Copy error details"
          onClick={() => copy(details, "Problem")}
        >
          {problem.code}
        </button>
      }
      actions={
        (onRetry || children || fix || program) && (
          <>
            {program && (
              <Button
                small
                look="primary"
                // The notice stays.
                onPress={() =>
                  void allow.mutateAsync(program).then(
                    () => onFixed?.(),
                    () => undefined,
                  )
                }
              >
                Allow program…
              </Button>
            )}
            {fix && (
              <Button small look="primary" onPress={fix.run}>
                {fix.label}
              </Button>
            )}
            {children}
            {onRetry && (
              <Button small onPress={onRetry}>
                {retryLabel}
              </Button>
            )}
          </>
        )
      }
    >
      {reason && <span data-selectable>{reason} </span>}
      {problem.hint && sentence(problem.hint)}
      {problem.fields.map((field) => (
        <span key={field.path + field.message} className={styles.field}>
          {joinTexts(": ", field.path.replace(/^\//, ""), field.message)}
        </span>
      ))}
      {output && (
        <pre className={styles.output} data-selectable>
          {output}
        </pre>
      )}
    </Notice>
  );
}

type ErrorProps = Omit<Props, "problem"> & {
  error: Error | null;
  /** Class of an element around the notice. */
  className?: string;
};

/** The problem of a query or a command, if it failed. */
export function ErrorNotice({ error, className, ...notice }: ErrorProps) {
  if (!error) return null;
  const shown = <ProblemNotice problem={asProblem(error)} {...notice} />;
  return className ? <div className={className}>{shown}</div> : shown;
}

/** The message as a title. Messages of these codes start with the name of a tool or an operation, whose case stays. */
function problemTitle({ code, message }: Pick<Problem, "code" | "message">): string {
  return code === "tool.failed" || code === "confirmation_needed" ? message : capital(message);
}

/** The code of a problem whose notice has its own text. */
export function NoticeCode({ children }: { children: string }) {
  return (
    <span className={styles.code} data-selectable>
      {children}
    </span>
  );
}

type NoticeProps = {
  glyph: GlyphName;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  end?: ReactNode;
  role?: "alert" | "status" | "note";
};

/** A highlighted message with an icon. */
export function Notice({ glyph, title, children, actions, end, role = "note" }: NoticeProps) {
  return (
    <div role={role} className={styles.notice} data-tone={toneOf(glyph)}>
      <StatusGlyph name={glyph} size={16} />
      <div className={styles.words}>
        <div className={styles.title}>{title}</div>
        <div className={styles.why}>{children}</div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {end}
    </div>
  );
}
