import { type ReactNode } from "react";
import { Button } from "@/components/Button";

/** What a step of adding connectors offers beside its own buttons. */
export type Step = {
  /** Position among several servers, such as `2 of 3 servers`. */
  turn?: string;
  onBack: () => void;
  onSkip?: () => void;
  onClose: () => void;
};

type Props = Pick<Step, "turn" | "onBack" | "onSkip"> & {
  /** Shown unless there is a `turn`. */
  note?: string;
  backLabel?: string;
  /** The buttons that go on. */
  children: ReactNode;
};

/** The footer of a step. */
export function StepFooter({ turn, note, backLabel = "Back", onBack, onSkip, children }: Props) {
  return (
    <>
      <span>{turn ?? note}</span>
      <Button onPress={onBack}>{backLabel}</Button>
      {onSkip && <Button onPress={onSkip}>Skip</Button>}
      {children}
    </>
  );
}
