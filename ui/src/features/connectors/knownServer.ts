import { type AuthenticationMethod } from "@/host/bindings";

/** What is known about a server before it is inspected, such as from the catalog. */
export type KnownServer = {
  title: string;
  /** Sign-in methods, best first; empty if unknown. */
  methods: AuthenticationMethod[];
};
