import { type Ref } from "react";
import { type Json } from "@/host/bindings";
import { type JsonObject } from "@/lib/schema/schema";
import { type ValueProblem } from "@/lib/schema/validate";
import { type FormSecrets } from "./FormContext";

// Apart from the form: even importing a type from its module would load the form library at startup.

export type SchemaFormHandle = {
  /** Focuses the first field with a problem; returns whether there was one. */
  focusProblem: () => boolean;
};

export type SchemaFormProps = {
  /** Accessible name. */
  label: string;
  /** JSON Schema 2020-12 of an object, as the server sent it. */
  schema: Json;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  /** The problems to display; see `useArguments`. */
  problems: readonly ValueProblem[];
  /** Called when a field loses the focus. */
  onLeave: (pointer: string) => void;
  /** Reports whether all input can be parsed; if not, the value is older than the input. */
  onReadable?: (readable: boolean) => void;
  isDisabled?: boolean;
  /** Set for a platform's form. */
  secrets?: FormSecrets;
  ref?: Ref<SchemaFormHandle>;
};
