import { type Ref } from "react";
import { type TextProblem } from "@/lib/jsonText";

// Apart from the editor: even importing a type from its module would load it at startup.

export type CodeHandle = {
  /** Selects a range and scrolls to it. */
  show: (from: number, to: number) => void;
};

export type CodeAreaProps = {
  label: string;
  text: string;
  marks: readonly TextProblem[];
  onChange: (text: string) => void;
  ref?: Ref<CodeHandle>;
};
