import { useRef } from "react";
import { Field } from "@/components/Field";
import { useShortcut } from "@/components/shortcuts";
import { focusList } from "@/components/focusList";

type Props = {
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  /** Opens the first listed tool. */
  onEnter: () => void;
  /** Whether the status bar shows the shortcut. */
  inBar?: boolean;
};

/** The filter above a list of tools. Enter opens the first one, ↓ moves into the list, Escape clears the filter. */
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
