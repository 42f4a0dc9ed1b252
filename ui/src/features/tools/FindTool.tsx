import { useRef } from "react";
import { Field } from "@/components/Field";
import { useShortcut } from "@/components/shortcuts";
import { focusList } from "@/components/focusList";

type Props = {
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  /** Opens the first tool that is shown. */
  onEnter: () => void;
  /** Whether the status bar shows its key. */
  inBar?: boolean;
};

/** The filter over a list of tools: Enter opens the first, ↓ goes into the list, Escape empties it. */
export function FindTool({ placeholder, value, onChange, onEnter, inBar = false }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useShortcut({ keys: "list.filter", label: "Find a tool", inBar, run: () => field.current?.focus() });
  return (
    <Field
      ref={field}
      label="Find a tool"
      hideLabel
      soft
      type="search"
      placeholder={placeholder}
      icon="search"
      keys="list.filter"
      value={value}
      onChange={onChange}
      onKeyDown={(event) => {
        if (event.key === "Enter") onEnter();
        if (event.key === "Escape") onChange("");
        focusList(event);
        event.continuePropagation();
      }}
    />
  );
}
