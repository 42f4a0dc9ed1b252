import { createContext, useContext } from "react";

/** What every field of a form needs to know, besides its own value. */
export type FormFacts = {
  /** The problem shown at a place, by JSON pointer. */
  problems: ReadonlyMap<string, string>;
  /** A field was left: from now on its problem is shown. */
  touch: (pointer: string) => void;
  /** Tells that the text of a field cannot be read, so that the value is not what is seen. */
  unreadable: (pointer: string, isUnreadable: boolean) => void;
};

export const FormContext = createContext<FormFacts>({ problems: new Map(), touch: () => undefined, unreadable: () => undefined });

export function useFormFacts(): FormFacts {
  return useContext(FormContext);
}

/** Id of the field whose alternatives are being drawn: the chosen one repeats no label. */
export const OptionContext = createContext<string | null>(null);
