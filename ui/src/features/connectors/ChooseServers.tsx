import { useState } from "react";
import { Checkbox, CheckboxGroup } from "react-aria-components";
import { commandLine } from "@/components/commandLine";
import { Dialog } from "@/components/Dialog";
import { Icon } from "@/components/Icon";
import { SubmitButton } from "@/components/SubmitButton";
import { type PastedServer, type PastedServers } from "@/host/bindings";
import { count } from "@/lib/words";
import styles from "./AddDialog.module.css";
import { StepFooter } from "./AddStep";
import { NotesNotice } from "./NotesNotice";

type Props = {
  pasted: PastedServers;
  onChosen: (servers: PastedServer[]) => void;
  onBack: () => void;
  onClose: () => void;
};

/** Selects which of several pasted servers to add. */
export function ChooseServers({ pasted: { servers, notes }, onChosen, onBack, onClose }: Props) {
  const [chosen, setChosen] = useState(() => servers.map((_, at) => String(at)));
  const submit = () => {
    if (chosen.length > 0) onChosen(servers.filter((_, at) => chosen.includes(String(at))));
  };
  return (
    <Dialog
      title="Add connectors"
      subtitle={`${count(servers.length, "server")} found. Each is reviewed before it is added.`}
      wide
      onClose={onClose}
      footer={
        <StepFooter note={chosen.length === 0 ? "None selected" : `${chosen.length} selected`} onBack={onBack}>
          <SubmitButton label="Continue" isDisabled={chosen.length === 0} onSubmit={submit} />
        </StepFooter>
      }
    >
      <NotesNotice notes={notes} />
      <CheckboxGroup aria-label="Servers" className={styles.servers ?? ""} value={chosen} onChange={setChosen}>
        {servers.map((server, at) => (
          <Checkbox key={at} value={String(at)} className={styles.server ?? ""} autoFocus={at === 0}>
            <span className={styles.box}>
              <Icon name="check" size={12} />
            </span>
            <span className="stack">
              <span className="strong cut">{server.title ?? targetOf(server)}</span>
              <span className="mono small text2 cut">{targetOf(server)}</span>
            </span>
          </Checkbox>
        ))}
      </CheckboxGroup>
    </Dialog>
  );
}

function targetOf({ place }: PastedServer): string {
  return place.kind === "address" ? place.url : commandLine({ ...place, variables: {} });
}
