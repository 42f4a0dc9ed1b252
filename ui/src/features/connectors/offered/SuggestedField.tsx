import { useQuery } from "@tanstack/react-query";
import { type ClipboardEvent, type ComponentProps, useEffect, useState } from "react";
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

/**
 * A text field with suggestions of the server. Failed requests suggest nothing. It is one line until a longer text is
 * pasted, which a one-line field would join.
 */
export function SuggestedField({ connector, completes, value, onChange, ...field }: Props) {
  const [isFocused, setFocused] = useState(false);
  const typed = useDebounced(value);
  const { data } = useQuery({ ...queries.completion(connector, { ...completes, value: typed }), enabled: isFocused });
  // The typed text itself would only open a menu that takes the Enter from the form.
  const suggestions = data?.filter((one) => one !== value);
  const [isLong, setLong] = useState(value.includes("\n"));
  const paste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData("text/plain").replaceAll("\r\n", "\n");
    const { selectionStart, selectionEnd } = event.currentTarget;
    if (isLong || !text.includes("\n")) return;
    event.preventDefault();
    setLong(true);
    onChange?.(value.slice(0, selectionStart ?? 0) + text + value.slice(selectionEnd ?? value.length));
  };
  return (
    <Field
      key={String(isLong)}
      {...field}
      autoFocus={isFocused}
      lines={isLong ? 8 : 1}
      value={value}
      onChange={onChange}
      onPaste={paste}
      onFocusChange={setFocused}
      suggestions={suggestions}
    />
  );
}

function useDebounced(text: string): string {
  const [debounced, setDebounced] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(text), debounceMs);
    return () => clearTimeout(timer);
  }, [text]);
  return debounced;
}
