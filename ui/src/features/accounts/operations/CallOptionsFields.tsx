import { useRef } from "react";
import { Field } from "@/components/Field";
import { HeaderLines } from "@/components/HeaderLines";
import { useInvalidFocus } from "@/components/useInvalidFocus";
import { type CallOptions, type OptionErrors } from "./callOptions";

type Props = { options: CallOptions; errors: OptionErrors; onChange: (options: CallOptions) => void };

/** Options of a call: timeout, retries, and additions to the request. */
export function CallOptionsFields({ options, errors, onChange }: Props) {
  const form = useRef<HTMLDivElement>(null);
  useInvalidFocus(form, errors);
  const set = (changes: Partial<CallOptions>) => onChange({ ...options, ...changes });
  return (
    <div ref={form} className="form">
      <div className="pair">
        <Field
          label="Timeout (seconds)"
          inputMode="numeric"
          value={options.timeout}
          onChange={(timeout) => set({ timeout })}
          error={errors.timeout}
          help="Per attempt"
        />
        <Field
          label="Retries"
          inputMode="numeric"
          value={options.retries}
          onChange={(retries) => set({ retries })}
          error={errors.retries}
          help="Default: set by the operation"
        />
      </div>
      <HeaderLines lines={options.headers} error={errors.headers} onChange={(headers) => set({ headers })} />
      {(["query", "body"] as const).map((part) => (
        <Field
          key={part}
          label={part === "query" ? "Extra query parameters" : "Extra body properties"}
          note="JSON"
          mono
          lines={2}
          placeholder="{ }"
          value={options[part]}
          onChange={(text) => set({ [part]: text })}
          error={errors[part]}
        />
      ))}
    </div>
  );
}
