import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { useInvalidFocus } from "@/components/useInvalidFocus";
import { type PlatformField } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { type AccountForm, emptyForm, errorsOf, type FormErrors, serverErrors } from "./accountForm";

/** The input to an account's fields, with what is wrong with it. */
export function useAccountForm(fields: PlatformField[], initial: AccountForm = emptyForm) {
  const [form, setForm] = useState(initial);
  const [errors, setErrors] = useState<FormErrors>({});
  const [unreadable, setUnreadable] = useState<ReadonlySet<string>>(new Set());
  const { data: wallet = [] } = useQuery(queries.wallet());
  const box = useRef<HTMLFormElement>(null);
  // Each attempt sets a new object, even with the same errors.
  useInvalidFocus(box, errors);
  // Stable, because fields call it in an effect.
  const onReadable = useCallback(
    (name: string, isReadable: boolean) =>
      setUnreadable((before) => {
        const others = [...before].filter((other) => other !== name);
        return new Set(isReadable ? others : [...others, name]);
      }),
    [],
  );
  const onChange = (next: AccountForm) => {
    setForm(next);
    setErrors({});
  };
  return {
    form,
    setForm,
    /** The form element, whose first invalid field gets the focus after each attempt. */
    box,
    /** Properties of `AccountFields`. */
    inputs: { fields, form, errors, unreadable, wallet, onChange, onReadable },
    /** Shows every error; returns whether there is none. */
    validate: () => {
      const found = errorsOf(fields, form);
      setErrors(found);
      // A field that cannot be parsed shows why itself.
      return Object.keys(found).length === 0 && unreadable.size === 0;
    },
    /** Shows the errors of a failed command at their fields. */
    showErrors: (thrown: unknown) => setErrors(serverErrors(asProblem(thrown).fields, fields)),
    clearErrors: () => setErrors({}),
  };
}
