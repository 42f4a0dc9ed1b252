import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Field } from "@/components/Field";
import { SecretValueField } from "@/components/SecretValueField";
import { emptyValue, secretValueOf } from "@/components/secretValue";
import { Section } from "@/components/Section";
import { commands, type Connector, type SecretValue } from "@/host/bindings";
import { keys, queries } from "@/host/queries";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { SettingsForm } from "./SettingsForm";

/** The secret environment variables of a local program, and a form that saves one more or replaces one. */
export function SecretVariables({ connector }: { connector: Connector }) {
  const { data: wallet = [] } = useQuery(queries.wallet());
  const { authentication } = connector;
  const entry = authentication.kind === "variables" && wallet.find(({ id }) => id === authentication.entry);
  const names = entry ? (entry.headerNames ?? []) : [];
  const [name, setName] = useState("");
  const [value, setValue] = useState(emptyValue);
  const [isShown, setIsShown] = useState(false);
  const save = useCommand({
    command: ({ name, value }: { name: string; value: SecretValue }) =>
      commands.setSecretVariables(connector.id, { [name]: value }),
    update: upsertConnector,
    invalidates: [keys.wallet],
    toast: (_, { name }) => `${name} saved`,
    unseenFailure: ({ name }) => `${name} not saved`,
  });
  const discard = () => {
    setName("");
    setValue(emptyValue);
    setIsShown(false);
    save.reset();
  };
  const submit = () => {
    setIsShown(true);
    if (name.trim() === "" || value.text === "") return;
    save.mutate({ name: name.trim(), value: secretValueOf(value) }, { onSuccess: discard });
  };
  return (
    <Section title="Secret variables">
      <p className="text2">
        {entry
          ? `${names.join(", ")}. Saved in the credential ${entry.name}, and given to the program only.`
          : "Saved in the vault, and given to the program only."}
      </p>
      <SettingsForm
        save={save}
        saveLabel="Save variable"
        isChanged={name !== "" || value.text !== ""}
        onSubmit={submit}
        onDiscard={discard}
      >
        <div className="pair">
          <Field
            label="Variable"
            mono
            value={name}
            onChange={setName}
            placeholder="API_KEY"
            error={isShown && name.trim() === "" ? "Enter a name" : null}
          />
          <SecretValueField
            label="Value"
            value={value}
            onChange={setValue}
            error={isShown && value.text === "" ? "Enter a value" : undefined}
          />
        </div>
      </SettingsForm>
    </Section>
  );
}
