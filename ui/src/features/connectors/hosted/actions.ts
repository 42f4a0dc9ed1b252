import { type Action } from "@/host/bindings";

/** Whether an action needs a word with the user first: there is something to fill in or to know. */
export const opensDialog = (action: Action) => action.inputSchema !== null || action.needsConfirmation;
