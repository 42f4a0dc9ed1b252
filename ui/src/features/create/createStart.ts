import { type AccountId, type Connector, type Definition } from "@/host/bindings";

/** Where creating a connector begins: what is known already is not asked for again. */
export type CreateStart =
  | { kind: "account" }
  | { kind: "definition"; account: AccountId }
  | { kind: "form"; account: AccountId; definition: Definition }
  /** The same connector once more, on another account. */
  | { kind: "copy"; of: Connector };
