import { useRef } from "react";
import { Field } from "@/components/Field";
import { useShortcut } from "@/components/shortcuts";
import { focusList } from "@/components/focusList";
import { Token } from "@/components/Token";
import styles from "./Runs.module.css";
import { takeFilters, type TypedFilter, withFilters } from "./typedFilters";

type Props = {
  filters: readonly TypedFilter[];
  /** What is typed beside them. */
  words: string;
  onChange: (filters: TypedFilter[], words: string) => void;
};

/**
 * Words to search for, and filters that become tokens once typed: a space or Enter ends one, Backspace before the
 * words removes the last one.
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
    // The button goes with its token.
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
      // Tokens need the room, and whoever put them in knows the key.
      keys={last ? undefined : "list.filter"}
      placeholder={last ? undefined : "Search, or status:failed tool:…"}
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
        if (event.key === "Escape") onChange([...filters], "");
        focusList(event);
        event.continuePropagation();
      }}
    />
  );
}
