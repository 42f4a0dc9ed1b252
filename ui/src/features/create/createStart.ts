import { type AccountId, type Connector, type Definition } from "@/host/bindings";

/** The step that creating a connector starts with. */
export type CreateStart =
  | { kind: "account" }
  | { kind: "definition"; account: AccountId }
  | { kind: "form"; account: AccountId; definition: Definition }
  | { kind: "copy"; of: Connector };
