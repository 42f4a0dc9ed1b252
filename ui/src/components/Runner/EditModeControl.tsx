import { SegmentedControl } from "../SegmentedControl";
import { type Runner } from "./useRunner";

const modes = [
  { value: "form" as const, label: "Form" },
  { value: "json" as const, label: "JSON" },
];

/** Chooses how the arguments of a runner are edited. */
export function EditModeControl({ runner }: { runner: Runner }) {
  return (
    <SegmentedControl
      label="Edit as"
      segments={modes}
      value={runner.mode}
      onChange={(mode) => mode !== runner.mode && runner.switchMode()}
      isDisabled={!runner.isReadable}
    />
  );
}
