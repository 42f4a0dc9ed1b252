import { optionsOf } from "@/lib/options";
import { SegmentedControl } from "./SegmentedControl";

export type EditMode = "form" | "json";

const modes = optionsOf({ form: "Form", json: "JSON" });

type Props = { label: string; mode: EditMode; onChange: (mode: EditMode) => void; isDisabled?: boolean };

/** Switches between a form and JSON. */
export function FormOrJson({ label, mode, onChange, isDisabled = false }: Props) {
  return <SegmentedControl label={label} segments={modes} value={mode} onChange={onChange} isDisabled={isDisabled} />;
}
