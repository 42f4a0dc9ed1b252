import { type AuthenticationMethod } from "@/host/bindings";

/** What is known of a server before anybody asked it, such as from the catalog. */
export type KnownServer = {
  title: string;
  /** How one signs in, the best first; empty where that is not known. */
  methods: AuthenticationMethod[];
};
