import { type ErrorComponentProps } from "@tanstack/react-router";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { EmptyState } from "@/components/EmptyState";
import { Toolbar } from "@/components/Toolbar";
import { joinTexts, sentence } from "@/lib/words";

/** Shown in place of a page that failed to load or to render. */
export function PageError({ error }: ErrorComponentProps<unknown>) {
  const copy = useCopy();
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: null };
  return (
    <>
      <Toolbar title="Error" />
      <div role="alert">
        <EmptyState
          icon="circle-alert"
          title="Couldn't show this page"
          action={
            <>
              <Button look="primary" onPress={() => location.reload()}>
                Reload
              </Button>
              <Button icon="copy" onPress={() => copy(joinTexts("\n", message, stack), "Error details")}>
                Copy details
              </Button>
            </>
          }
        >
          <p>{sentence(message)}</p>
          <p>Other pages still work. Reloading discards unsaved input on all of them.</p>
        </EmptyState>
      </div>
    </>
  );
}
