import { type Action } from "@/host/bindings";

/** Whether an action takes input or a confirmation. */
export const opensDialog = (action: Action) => action.inputSchema !== null || action.needsConfirmation;
