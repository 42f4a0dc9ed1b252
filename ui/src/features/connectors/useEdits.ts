import { commands, type Connector, type ConnectorChanges } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";

const none = {};

/**
 * Settings that are edited and then saved. Only what was edited is held, until it is saved or discarded: the rest
 * follows the connector, and leaving the page loses nothing. Not for secrets.
 */
export function useEdits<Form extends object>(connector: Connector, name: string, saved: Form, done: string) {
  const [edits, setEdits] = useClientState(stateKey<Partial<Form>>(none, "edits", name, connector.id));
  const save = useCommand({
    command: ({ changes }: { changes: ConnectorChanges; edits: Partial<Form> }) =>
      commands.updateConnector(connector.id, changes),
    update: (client, updated, { edits: sent }) => {
      upsertConnector(client, updated);
      // What was typed meanwhile stays.
      setEdits((now) => {
        const entries = Object.entries(now) as [keyof Form, unknown][];
        return Object.fromEntries(entries.filter(([field, value]) => sent[field] !== value)) as Partial<Form>;
      });
    },
    toast: () => done,
    unseenFailure: () => `${connector.title} not saved`,
  });
  return {
    form: { ...saved, ...edits },
    edit: <Name extends keyof Form>(field: Name, value: Form[Name]) =>
      setEdits((before) => ({ ...before, [field]: value })),
    save: (changes: ConnectorChanges) => save.mutate({ changes, edits }),
    /** Properties of `SettingsForm`. */
    saving: {
      save,
      onDiscard: () => {
        setEdits(none);
        save.reset();
      },
    },
  };
}
