import { type Ref } from "react";
import { type Json } from "@/host/bindings";
import { type JsonObject } from "@/lib/schema/schema";
import { type ValueProblem } from "@/lib/schema/validate";
import { type FormSecrets } from "./FormContext";

// Beside the form, not in it: importing even a type from there would load the form library at start.

/** What a view can ask of a form. */
export type SchemaFormHandle = {
  /** Moves focus to the first field with a problem; tells whether there is one in sight. */
  focusProblem: () => boolean;
};

/** What a form is given. */
export type SchemaFormProps = {
  /** Name of the form for assistive technology. */
  label: string;
  /** JSON Schema 2020-12 of an object, as the server sent it. */
  schema: Json;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  /** The problems to show now; see `useArguments`. */
  problems: readonly ValueProblem[];
  /** A field was left; `pointer` names it. */
  onLeave: (pointer: string) => void;
  /** Tells whether all that is typed can be read; while not, the value is older than what is seen. */
  onReadable?: (readable: boolean) => void;
  isDisabled?: boolean;
  /** For a form that a platform made for people. */
  secrets?: FormSecrets;
  ref?: Ref<SchemaFormHandle>;
};
