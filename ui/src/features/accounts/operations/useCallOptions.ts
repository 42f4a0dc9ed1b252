import { useState } from "react";
import { type AccountId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { type CallOptions, noOptions } from "./callOptions";

/**
 * The options of an operation's calls, kept until the window closes. Header values may be secrets, and go with the
 * form.
 */
export function useCallOptions(account: AccountId, operation: string) {
  const [kept, keep] = useClientState(stateKey(noOptions, "call options", account, operation));
  const [headers, setHeaders] = useState(kept.headers);
  const [wereKept] = useState(kept !== noOptions);
  const setOptions = (options: CallOptions) => {
    setHeaders(options.headers);
    keep({ ...options, headers: options.headers.map(({ name }) => ({ name, value: "" })) });
  };
  return { options: { ...kept, headers }, setOptions, wereKept };
}
