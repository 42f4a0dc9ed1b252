import { createContext, useContext } from "react";

/** Asks the user, in a system dialog, whether a program may run; resolves to the answer. Provided by the app. */
type AllowProgram = (reference: string) => Promise<boolean>;

export const AllowProgramContext = createContext<AllowProgram>(() => Promise.resolve(false));

/** Asks whether the program of a secret reference may run. */
export function useAllowProgram(): AllowProgram {
  return useContext(AllowProgramContext);
}
