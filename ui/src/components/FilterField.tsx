import { type ComponentProps, useRef } from "react";
import { Field } from "./Field";
import { focusList } from "./focusList";
import { useShortcut } from "./shortcuts";

type Props = Pick<ComponentProps<typeof Field>, "label" | "type" | "placeholder" | "value"> & {
  onChange: (text: string) => void;
  /** What the status bar calls its shortcut; it shows none without. */
  inBar?: string;
  /** Opens the first entry of the list. */
  onEnter?: () => void;
  /** Escape empties the field before it leaves it. */
  clearsOnEscape?: boolean;
};

/** Filters a list, and gets the focus by its shortcut. The arrow down leads into the list where it is a grid. */
export function FilterField(props: Props) {
  const { placeholder = "Filter", inBar, onEnter, clearsOnEscape = false, onChange, ...rest } = props;
  const field = useRef<HTMLInputElement>(null);
  useShortcut({ keys: "list.filter", label: inBar, inBar: inBar !== undefined, run: () => field.current?.focus() });
  return (
    <Field
      {...rest}
      ref={field}
      hideLabel
      icon="search"
      keys="list.filter"
      soft
      placeholder={placeholder}
      onChange={onChange}
      onKeyDown={(event) => {
        if (event.key === "Enter" && onEnter) {
          event.preventDefault();
          onEnter();
        }
        if (event.key === "Escape" && clearsOnEscape) onChange("");
        focusList(event);
        event.continuePropagation();
      }}
    />
  );
}
