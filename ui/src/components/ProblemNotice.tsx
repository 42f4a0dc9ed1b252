import { type ReactNode } from "react";
import { type Connector, type Problem } from "@/host/bindings";
import { capital, sentence } from "@/lib/words";
import { useAllowProgram } from "./AllowProgramContext";
import { Button } from "./Button";
import { useCopy } from "./CopyContext";
import { useFix } from "./FixContext";
import styles from "./ProblemNotice.module.css";
import { type GlyphName, StatusGlyph, toneOf } from "./StatusGlyph";

type Props = {
  problem: Problem;
  onRetry?: () => void;
  /** What the retry is called; a verb of its own beats "Try again". */
  retryLabel?: string;
  /** Does again what failed, once the button that helps has helped; the retry where there is one. */
  onFixed?: () => void;
  /** Where it was met: brings the button that helps there. */
  connector?: Connector;
  /** Whether it comes from a file: then no button acts on what it says. */
  isForeign?: boolean;
  /** One more button. */
  children?: ReactNode;
};

/** What happened, why, what to do, and the code, where it happened. */
export function ProblemNotice({
  problem,
  onRetry,
  retryLabel = "Try again",
  onFixed = onRetry,
  connector,
  isForeign = false,
  children,
}: Props) {
  const copy = useCopy();
  const allow = useAllowProgram();
  const fix = useFix(problem, connector, onFixed ? { label: retryLabel, run: onFixed } : null);
  // Its detail is the reference, which the host judges and shows before anybody agrees to it.
  const program = problem.code === "reference.not_allowed" && !isForeign ? problem.detail : null;
  const reason = problem.detail && problem.detail !== problem.message && !program ? sentence(problem.detail) : null;
  const all = [
    problem.code,
    problem.message,
    problem.detail,
    problem.status && `HTTP ${problem.status}`,
    problem.request,
    problem.requestId && `request id ${problem.requestId}`,
  ];
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
          onClick={() => copy(all.filter(Boolean).join("\n"), "Problem")}
        >
          {problem.code}
        </button>
      }
      actions={
        (onRetry ?? children ?? fix ?? program) && (
          <>
            {program && (
              <Button
                small
                look="primary"
                onPress={() =>
                  void allow(program).then((allowed) => {
                    if (allowed) onRetry?.();
                  })
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
          {[field.path.replace(/^\//, ""), field.message].filter(Boolean).join(": ")}
        </span>
      ))}
    </Notice>
  );
}

/** The message as a title; that of a tool begins with the tool's name, which stays as it is. */
function problemTitle({ code, message }: Pick<Problem, "code" | "message">): string {
  return code === "tool.failed" ? message : capital(message);
}

/** The code of a problem that is told in other words, at the end of its notice. */
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

/** A wash with a line in the tone of its glyph: something that needs to be read. */
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
