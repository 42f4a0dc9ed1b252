import { useRef } from "react";
import { FilterField } from "@/components/FilterField";
import { useShortcut } from "@/components/shortcuts";

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
    <FilterField
      ref={field}
      label="Find a tool"
      type="search"
      placeholder={placeholder}
      value={value}
      onChange={onChange}
      onEnter={onEnter}
      clearsOnEscape
    />
  );
}
