import { type Ref } from "react";
import { type TextProblem } from "@/lib/jsonText";

// Beside the code area, not in it: importing even a type from there would load the editor at start.

export type CodeHandle = {
  /** Marks a stretch of the text and brings it into sight. */
  show: (from: number, to: number) => void;
};

/** What the code area is given. */
export type CodeAreaProps = {
  label: string;
  text: string;
  marks: readonly TextProblem[];
  onChange: (text: string) => void;
  isDisabled: boolean;
  ref?: Ref<CodeHandle>;
};
