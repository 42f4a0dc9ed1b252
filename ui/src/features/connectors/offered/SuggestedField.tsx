import { useQuery } from "@tanstack/react-query";
import { type ComponentProps, useEffect, useState } from "react";
import { Field } from "@/components/Field";
import { type CompletionRequest, type ConnectorId } from "@/host/bindings";
import { queries } from "@/host/queries";

/** How long nothing is typed before suggestions are asked for. */
const pause = 150;

type Props = Omit<ComponentProps<typeof Field>, "value"> & {
  value: string;
  connector: ConnectorId;
  /** What is to be completed, but for what is typed. */
  completes: Omit<CompletionRequest, "value">;
};

/** A text field with what the server suggests. Typing waits for none, and a failure is none. */
export function SuggestedField({ connector, completes, value, ...field }: Props) {
  const [isFocused, setFocused] = useState(false);
  const typed = useSettled(value);
  const { data } = useQuery({ ...queries.completion(connector, { ...completes, value: typed }), enabled: isFocused });
  return <Field {...field} value={value} onFocusChange={setFocused} suggestions={data} />;
}

/** The text once it stays as it is for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
