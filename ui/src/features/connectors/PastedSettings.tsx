import { Fact } from "@/components/Fact";
import { type PastedServer } from "@/host/bindings";
import styles from "./AddDialog.module.css";

/** Time limits in the pasted text, and whether the server is turned off there. */
export function PastedSettings({ server: { timeLimits, isOff } }: { server: PastedServer }) {
  const { connectSeconds, runSeconds } = timeLimits;
  if (!isOff && !connectSeconds && !runSeconds) return null;
  const limits = [
    connectSeconds && `${connectSeconds} s to connect`,
    runSeconds && `${runSeconds} s of silence in a run`,
  ];
  return (
    <dl className={styles.facts}>
      <Fact name="Time limits">{limits.filter(Boolean).join(", ")}</Fact>
      <Fact name="Status">{isOff && "Turned off"}</Fact>
    </dl>
  );
}
