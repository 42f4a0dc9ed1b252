import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Json } from "@/host/bindings";
import { clientState, type StateKey, stateKey } from "@/host/clientState";
import { type JsonObject } from "@/lib/schema/schema";
import { dropSecrets } from "@/lib/schema/secretValues";
import { schemaOf } from "@/lib/schema/validate";

/**
 * Unsent arguments. `missing` names the secrets that were dropped. `visit` is the visit of the page that began with the
 * arguments of a run.
 */
type ArgumentsDraft = { values: JsonObject; missing: string[]; visit: string | null };

const draftKey = (place: string, name: string): StateKey<ArgumentsDraft | null> =>
  stateKey(null, "arguments", place, name);

/** Keeps arguments in memory, without secrets, while their form is closed. */
export function useArgumentsDraft(
  place: string,
  name: string,
  schema: Json,
  values: JsonObject,
  visit: string | null,
): void {
  const client = useQueryClient();
  useEffect(() => {
    clientState(client).set(draftKey(place, name), { ...dropSecrets(values, schemaOf(schema)), visit });
  }, [client, place, name, schema, values, visit]);
}

/** Returns the draft with which to initialize a form. */
export function useSavedArgumentsDraft(place: string, name: string): ArgumentsDraft | null {
  const client = useQueryClient();
  const [saved] = useState(() => clientState(client).get(draftKey(place, name)));
  return saved;
}
