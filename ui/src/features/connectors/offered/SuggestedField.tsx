import { useQuery } from "@tanstack/react-query";
import { type ComponentProps, useEffect, useState } from "react";
import { Field } from "@/components/Field";
import { type CompletionRequest, type ConnectorId } from "@/host/bindings";
import { queries } from "@/host/queries";

/** Pause in typing before suggestions are requested, in milliseconds. */
const debounceMs = 150;

type Props = Omit<ComponentProps<typeof Field>, "value"> & {
  value: string;
  connector: ConnectorId;
  /** The completion request without the typed value. */
  completes: Omit<CompletionRequest, "value">;
};

/** A text field with suggestions of the server. Failed requests suggest nothing. */
export function SuggestedField({ connector, completes, value, ...field }: Props) {
  const [isFocused, setFocused] = useState(false);
  const typed = useDebounced(value);
  const { data } = useQuery({ ...queries.completion(connector, { ...completes, value: typed }), enabled: isFocused });
  // The typed text itself would only open a menu that takes the Enter from the form.
  const suggestions = data?.filter((one) => one !== value);
  return <Field {...field} value={value} onFocusChange={setFocused} suggestions={suggestions} />;
}

function useDebounced(text: string): string {
  const [debounced, setDebounced] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(text), debounceMs);
    return () => clearTimeout(timer);
  }, [text]);
  return debounced;
}
