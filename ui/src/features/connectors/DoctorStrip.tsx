import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { ErrorNotice, ProblemNotice } from "@/components/ProblemNotice";
import { type GlyphName, StatusGlyph } from "@/components/StatusGlyph";
import {
  type Check,
  type CheckState,
  type CheckStep,
  type Code,
  commands,
  type Connector,
  fixes,
} from "@/host/bindings";
import { useCommand } from "@/host/useCommand";
import { duration } from "@/lib/time";
import styles from "./ConnectorPage.module.css";
import { Starting } from "./Starting";
import { TrustCertificate } from "./TrustCertificate";

/** Labels of the steps by name, in order. */
const steps = {
  name: "DNS",
  connect: "Connection",
  tls: "TLS",
  discovery: "Sign-in discovery",
  sign_in: "Sign-in",
  negotiation: "Handshake",
  tools: "Tools",
};

const programSteps = {
  found: "Found",
  started: "Started",
  spoke: "Responded",
  negotiation: "Handshake",
  tools: "Tools",
};

const looks: Record<CheckState | "running", { glyph: GlyphName; word: string }> = {
  passed: { glyph: "ready", word: "Passed" },
  failed: { glyph: "failing", word: "Failed" },
  skipped: { glyph: "todo", word: "Not checked" },
  running: { glyph: "authorizing", word: "Checking" },
};

type Props = {
  connector: Connector;
  /** Last check since the window was opened. */
  check: Check | null;
  checkingSince: number | null;
  onSettings: () => void;
  onCheck: () => void;
};

/** The steps of a connection check, and the fix for the first that failed. */
export function DoctorStrip({ connector, check, checkingSince, onSettings, onCheck }: Props) {
  const checking = checkingSince !== null;
  const copy = useCopy();
  const report = useCommand({ command: ({ connector: { id }, steps }: Check) => commands.checkReport(id, steps) });
  const failed = checking ? undefined : check?.steps.find((step) => step.state === "failed");
  return (
    <>
      <ol className={styles.doctor} aria-label="Connection check" aria-busy={checking}>
        {Object.entries(connector.command ? programSteps : steps).map(([name, label]) => {
          const step = checking ? undefined : check?.steps.find((one) => one.name === name);
          return <Step key={name} label={label} step={step} checking={checking} />;
        })}
      </ol>
      {checking && connector.command && <Starting connector={connector} since={checkingSince} />}
      {failed?.problem && (
        <ProblemNotice problem={failed.problem} connector={connector} onRetry={onCheck} retryLabel="Check again">
          <TrustCertificate connector={connector} code={failed.problem.code} onTrusted={onCheck} />
          {isFixedBySettings(failed.problem.code, failed.name) && (
            <Button small look={fixes[failed.problem.code] ? undefined : "primary"} onPress={onSettings}>
              Open settings
            </Button>
          )}
        </ProblemNotice>
      )}
      {check && !checking && (
        <div className={styles.actions}>
          <Button
            small
            look="quiet"
            icon="copy"
            isPending={report.isPending}
            onPress={() => report.mutate(check, { onSuccess: (text) => copy(text, "Report") })}
          >
            Copy report
          </Button>
          <span className="text3 small">Without secrets, your name and your folder</span>
        </div>
      )}
      <ErrorNotice error={report.error} connector={connector} />
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

/** Whether the failure can be fixed in the connector's settings. */
function isFixedBySettings(code: Code, step: string): boolean {
  return (
    ["auth.client_needed", "auth.forbidden", "vault.reference", "mcp.not_a_server", "timed_out"].includes(code) ||
    ["name", "connect", "tls"].includes(step)
  );
}
