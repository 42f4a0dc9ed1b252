import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Json } from "@/host/bindings";
import { dropSecrets } from "@/lib/schema/secretValues";
import { type JsonObject } from "@/lib/schema/schema";
import { schemaOf } from "@/lib/schema/validate";

/** Arguments that were entered and not sent yet. `missing` names the secrets that were among them and are forgotten. */
export type ArgumentsDraft = { values: JsonObject; missing: string[] };

/** Keeps the arguments entered for one thing of a place, such as a tool of a connector, in memory only and without secrets. */
export function useArgumentsDraft(place: string, name: string, schema: Json, values: JsonObject): void {
  const client = useQueryClient();
  useEffect(() => {
    client.setQueryData<ArgumentsDraft>(["draft", place, name], dropSecrets(values, schemaOf(schema)));
  }, [client, place, name, schema, values]);
}

/** The arguments with which a form begins, when it was left unfinished. */
export function useSavedArgumentsDraft(place: string, name: string): ArgumentsDraft | undefined {
  const client = useQueryClient();
  const [saved] = useState(() => client.getQueryData<ArgumentsDraft>(["draft", place, name]));
  return saved;
}
