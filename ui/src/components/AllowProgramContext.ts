import { createContext, useContext } from "react";

/** Has the system ask whether a program may be run; resolves to the answer. Supplied by the app. */
type AllowProgram = (reference: string) => Promise<boolean>;

export const AllowProgramContext = createContext<AllowProgram>(() => Promise.resolve(false));

/** Has the system ask whether the program of a secret reference may be run. */
export function useAllowProgram(): AllowProgram {
  return useContext(AllowProgramContext);
}
