import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { isComposing } from "@/lib/keys";
import { grouped } from "@/lib/words";
import { Button } from "../Button";
import { Field } from "../Field";
import { FocusReturn } from "../FocusReturn";
import { useShortcut } from "../shortcuts";
import styles from "./Find.module.css";
import { FindContext, type Finder } from "./FindContext";

type Props = {
  /** What is searched, as in "Find in `result`". */
  what: string;
  /** Id of the current view; changing it closes the bar. */
  view: string;
  children: ReactNode;
};

/** Content that can be searched with Ctrl-F, by a bar above it. */
export function WithFind({ what, view, children }: Props) {
  const [finders] = useState(() => new Set<Finder>());
  const [openIn, setOpenIn] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useShortcut({
    keys: "page.find",
    label: `Find in ${what}`,
    run: () => {
      setOpenIn(view);
      field.current?.select();
    },
  });
  if (openIn !== null && openIn !== view) setOpenIn(null);
  return (
    <FindContext value={finders}>
      {openIn === view && <FindBar field={field} what={what} finders={finders} onClose={() => setOpenIn(null)} />}
      {children}
    </FindContext>
  );
}

type BarProps = Pick<Props, "what"> & {
  field: RefObject<HTMLInputElement | null>;
  finders: ReadonlySet<Finder>;
  onClose: () => void;
};

function FindBar({ field, what, finders, onClose }: BarProps) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [total, setTotal] = useState(0);
  useEffect(() => () => hideAll(finders), [finders]);
  const go = (text: string, index: number) => {
    const found = showAt(finders, text, index);
    setQuery(text);
    setAt(found.index);
    setTotal(found.total);
  };
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || isComposing(event.nativeEvent)) return;
    event.stopPropagation();
    onClose();
  };
  return (
    // The bar handles Escape of its field and its buttons; they handle other keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div className={styles.bar} role="search" onKeyDown={closeOnEscape}>
      <FocusReturn />
      <Field
        ref={field}
        label={`Find in ${what}`}
        hideLabel
        soft
        autoFocus
        type="search"
        placeholder={`Find in ${what}`}
        icon="search"
        value={query}
        onChange={(text) => go(text, 0)}
        onKeyDown={(event) => {
          if (event.key === "Enter") go(query, at + (event.shiftKey ? -1 : 1));
          else event.continuePropagation();
        }}
      />
      <span className={styles.count} role="status">
        {query !== "" && (total === 0 ? "Not found" : `${grouped(at + 1)} of ${grouped(total)}`)}
      </span>
      <Button small isDisabled={total < 2} onPress={() => go(query, at - 1)}>
        Previous
      </Button>
      <Button small isDisabled={total < 2} onPress={() => go(query, at + 1)}>
        Next
      </Button>
      <Button small look="quiet" icon="x" label="Close find" onPress={onClose} />
    </div>
  );
}

function hideAll(finders: ReadonlySet<Finder>): void {
  for (const finder of finders) finder.hide();
}

/** Shows the match at `index`, which wraps around. Counts again, because the content may have changed. */
function showAt(finders: ReadonlySet<Finder>, query: string, index: number): { index: number; total: number } {
  hideAll(finders);
  const counts = [...finders].map((finder) => ({ finder, count: finder.count(query) }));
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return { index: 0, total };
  const at = ((index % total) + total) % total;
  let before = 0;
  for (const { finder, count } of counts) {
    if (at < before + count) {
      finder.show(query, at - before);
      break;
    }
    before += count;
  }
  return { index: at, total };
}
