import { useRef } from "react";
import { Field } from "@/components/Field";
import { useShortcut } from "@/components/shortcuts";
import { focusList } from "@/components/focusList";
import { Token } from "@/components/Token";
import styles from "./Runs.module.css";
import { takeFilters, type TypedFilter, withFilters } from "./typedFilters";

type Props = {
  filters: readonly TypedFilter[];
  /** The text beside the filters. */
  words: string;
  onChange: (filters: TypedFilter[], words: string) => void;
};

/**
 * A search field in which typed filters become tokens: a space or Enter completes one, Backspace at the start removes
 * the last.
 */
export function RunFilterField({ filters, words, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut({ keys: "list.filter", run: () => input.current?.focus() });
  const type = (text: string, isOver = false) => {
    const { filters: more, rest } = takeFilters(text, isOver);
    if (more.length > 0 || rest !== words) onChange(withFilters(filters, more), rest);
  };
  const remove = (gone: TypedFilter) => {
    onChange(
      filters.filter((one) => one !== gone),
      words,
    );
    // The button disappears with its token.
    input.current?.focus();
  };
  const last = filters.at(-1);
  return (
    <Field
      ref={input}
      label="Filter runs"
      hideLabel
      soft
      type="search"
      icon="search"
      // Tokens need the space.
      keys={last ? undefined : "list.filter"}
      placeholder={last ? undefined : "Search, or status:failed"}
      start={
        last && (
          <ul className={styles.tokens} aria-label="Filters">
            {filters.map((filter) => (
              <li key={`${filter.name} ${filter.value}`}>
                <Token name={`${filter.name}: ${filter.value}`} onRemove={() => remove(filter)}>
                  {filter.name}: <span className={styles.wanted}>{filter.value}</span>
                </Token>
              </li>
            ))}
          </ul>
        )
      }
      value={words}
      onChange={type}
      onBlur={() => type(words, true)}
      onKeyDown={(event) => {
        const isAtStart = input.current?.selectionStart === 0 && input.current.selectionEnd === 0;
        if (event.key === "Backspace" && isAtStart && last) remove(last);
        if (event.key === "Enter") type(words, true);
        if (event.key === "Escape") type("");
        focusList(event);
        event.continuePropagation();
      }}
    />
  );
}
