import { type ReactNode } from "react";
import { Button } from "./Button";
import { EmptyState } from "./EmptyState";
import { focusFilter } from "./keepFocus";

type Props = { title: string; onClear: () => void; children?: ReactNode };

/** Says that the filter of a list matches nothing, with a button that clears it. */
export function NoMatches({ title, onClear, children }: Props) {
  return (
    <EmptyState
      icon="search"
      title={title}
      action={
        <Button
          onPress={(event) => {
            focusFilter(event);
            onClear();
          }}
        >
          Clear filter
        </Button>
      }
    >
      {children}
    </EmptyState>
  );
}
