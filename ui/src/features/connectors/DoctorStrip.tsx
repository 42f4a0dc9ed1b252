import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type NextAction, nextActionLabels, reauthAction } from "@/components/nextAction";
import { type GlyphName, StatusGlyph } from "@/components/StatusGlyph";
import { type Check, type CheckState, type CheckStep, type Code, type Connector } from "@/host/bindings";
import { duration } from "@/lib/time";
import styles from "./ConnectorPage.module.css";

const steps: { name: string; label: string }[] = [
  { name: "name", label: "DNS" },
  { name: "connect", label: "Connection" },
  { name: "tls", label: "TLS" },
  { name: "discovery", label: "Discovery" },
  { name: "sign_in", label: "Sign-in" },
  { name: "negotiation", label: "Handshake" },
  { name: "tools", label: "Tools" },
];

const looks: Record<CheckState | "running", { glyph: GlyphName; word: string }> = {
  passed: { glyph: "ready", word: "passed" },
  failed: { glyph: "failing", word: "failed" },
  skipped: { glyph: "todo", word: "Not checked" },
  running: { glyph: "authorizing", word: "Checking" },
};

type Props = {
  connector: Connector;
  /** What was found since the window opened; steps are not kept for longer. */
  check: Check | null;
  checking: boolean;
  onNextAction: (action: NextAction) => void;
  onSettings: () => void;
  onCheck: () => void;
};

/** The doctor's steps side by side; the first failure opens its fix beneath. */
export function DoctorStrip({ connector, check, checking, onNextAction, onSettings, onCheck }: Props) {
  const reauth = reauthAction(connector);
  const failed = checking ? undefined : check?.steps.find((step) => step.state === "failed");
  return (
    <>
      <ol className={styles.doctor} aria-label="Connection check" aria-busy={checking}>
        {steps.map(({ name, label }) => {
          const step = checking ? undefined : check?.steps.find((one) => one.name === name);
          return <Step key={name} label={label} step={step} checking={checking} />;
        })}
      </ol>
      {failed?.problem && (
        <ProblemNotice problem={failed.problem} onRetry={onCheck} retryLabel="Check again">
          {fixFor(failed.problem.code, failed.name) === "let_in" && (
            <Button small look="primary" onPress={() => onNextAction(reauth)}>
              {nextActionLabels[reauth]}
            </Button>
          )}
          {fixFor(failed.problem.code, failed.name) === "settings" && (
            <Button small look="primary" onPress={onSettings}>
              Open settings
            </Button>
          )}
        </ProblemNotice>
      )}
    </>
  );
}

function Step({ label, step, checking }: { label: string; step: CheckStep | undefined; checking: boolean }) {
  const { glyph, word } = looks[step?.state ?? (checking ? "running" : "skipped")];
  const took = step?.durationMs == null ? null : duration(step.durationMs);
  const note = [step?.note, took].filter(Boolean).join(" · ");
  return (
    <li className={styles.step} data-state={step?.state}>
      <span className="line">
        <StatusGlyph name={glyph} tone={glyph === "todo" ? "off" : undefined} />
        <span className="medium">{label}</span>
        <span className="unseen">, {word}</span>
      </span>
      <span className={styles.stepNote} title={note}>
        {note || "\u00a0"}
      </span>
    </li>
  );
}

/** Which button helps against a failure. */
function fixFor(code: Code, step: string): "let_in" | "settings" | null {
  if (code === "auth.needed" || code === "auth.expired" || code === "auth.denied" || code === "auth.timed_out")
    return "let_in";
  if (
    code === "auth.client_needed" ||
    code === "auth.forbidden" ||
    code === "vault.reference" ||
    code === "mcp.not_a_server"
  )
    return "settings";
  return step === "name" || step === "connect" || step === "tls" ? "settings" : null;
}
