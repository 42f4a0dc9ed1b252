import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Connector, type CredentialsOfLevel } from "@/host/bindings";
import { queries } from "@/host/queries";
import { abilitiesOf } from "./abilities";
import { Button } from "./Button";
import { levelLabels } from "./levels";
import { ErrorNotice } from "./ProblemNotice";
import { type Option, Select } from "./Select";

type Props = {
  connector: Connector;
  /** Name of a credential stored by the platform; `null` for the connector's default. */
  value: string | null;
  onChange: (name: string | null) => void;
};

/** Not a valid credential name: those contain no spaces. */
const connectorDefault = " own";

/**
 * Selects the platform credential for a run; renders nothing if the platform offers no choice. The list loads on
 * demand.
 */
export function CredentialPicker({ connector, value, onChange }: Props) {
  const [isChoosing, setChoosing] = useState(false);
  const { namesCredentials } = abilitiesOf(connector);
  const { data: canChoose } = useQuery({ ...queries.namesCredentials(connector.id), enabled: namesCredentials });
  const { data, error, isFetching, refetch } = useQuery({
    ...queries.platformCredentials(connector.id),
    enabled: canChoose === true && isChoosing,
  });
  if (!canChoose) return null;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <Button small look="link" isPending={isFetching} onPress={() => setChoosing(true)}>
        Change credential
      </Button>
    );
  }
  return (
    <Select
      label="Credential"
      hideLabel
      autoFocus={isChoosing}
      options={options(data, value)}
      value={value ?? connectorDefault}
      onChange={(next) => onChange(next === connectorDefault ? null : next)}
    />
  );
}

/** Lists each name once: the platform resolves it level by level. */
function options(levels: CredentialsOfLevel[], value: string | null): Option<string>[] {
  const named = new Map<string, string[]>();
  for (const { level, credentials } of levels) {
    if (!level.isNamed) continue;
    for (const { name } of credentials) named.set(name, [...(named.get(name) ?? []), levelLabels[level.level]]);
  }
  if (value !== null && !named.has(value)) named.set(value, []);
  return [
    { value: connectorDefault, label: "Default credential" },
    ...[...named].map(([name, levelsOfName]) => ({ value: name, label: name, note: levelsOfName.join(", ") })),
  ];
}
