import { type ComponentProps } from "react";
import { asProblem } from "@/host/call";
import { ProblemNotice } from "./ProblemNotice";

type Props = Omit<ComponentProps<typeof ProblemNotice>, "problem"> & {
  /** The error of a query or a command. */
  error: Error | null | undefined;
  /** Class of an element around the notice. */
  className?: string | undefined;
};

/** The `ProblemNotice` of an error; nothing without one. */
export function ErrorNotice({ error, className, ...notice }: Props) {
  if (!error) return null;
  const shown = <ProblemNotice problem={asProblem(error)} {...notice} />;
  return className ? <div className={className}>{shown}</div> : shown;
}
