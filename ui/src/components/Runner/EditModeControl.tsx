import { FormOrJson } from "../FormOrJson";
import { type Runner } from "./useRunner";

export function EditModeControl({ runner }: { runner: Runner }) {
  return (
    <FormOrJson
      label="Edit as"
      mode={runner.mode}
      onChange={(mode) => mode !== runner.mode && runner.switchMode()}
      isDisabled={!runner.isReadable}
    />
  );
}
