import { useState } from "react";
import { type AccountId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { type CallOptions, noOptions } from "./callOptions";

/**
 * The options of an operation's calls, kept until the window closes. Header values may be secrets, and go with the
 * form.
 */
export function useCallOptions(account: AccountId, operation: string) {
  const [saved, save] = useClientState(stateKey(noOptions, "call options", account, operation));
  const [headers, setHeaders] = useState(saved.headers);
  const [wereSaved] = useState(saved !== noOptions);
  const setOptions = (options: CallOptions) => {
    setHeaders(options.headers);
    save({ ...options, headers: options.headers.map(({ name }) => ({ name, value: "" })) });
  };
  return { options: { ...saved, headers }, setOptions, wereSaved };
}
