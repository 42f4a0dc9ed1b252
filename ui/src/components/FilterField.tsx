import { type ComponentProps } from "react";
import { Field } from "./Field";
import { focusList } from "./focusList";

type Props = Pick<ComponentProps<typeof Field>, "ref" | "label" | "type" | "placeholder" | "value"> & {
  onChange: (text: string) => void;
  /** Opens the first entry of the list. */
  onEnter?: () => void;
  /** Escape empties the field before it leaves it. */
  clearsOnEscape?: boolean;
};

/** Filters a list. The arrow down leads into it where it is a grid. */
export function FilterField({ placeholder = "Filter", onEnter, clearsOnEscape = false, onChange, ...rest }: Props) {
  return (
    <Field
      {...rest}
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
