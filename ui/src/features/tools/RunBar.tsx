import { useEffect, useRef, useState } from "react";
import { type Connector, type Json, type Tool } from "@/host/bindings";
import { abilitiesOf } from "@/components/abilities";
import { Button } from "@/components/Button";
import { CredentialPicker } from "@/components/CredentialPicker";
import { Field } from "@/components/Field";
import { IdentityLine } from "@/components/IdentityLine";
import { identityWith } from "@/components/identityWith";
import { Menu } from "@/components/Menu";
import { singleClick } from "@/components/singleClick";
import { Switch } from "@/components/Switch";
import { initialArguments } from "@/lib/schema/initialArguments";
import { schemaOf } from "@/lib/schema/validate";
import { Examples } from "./Examples";
import styles from "./Workbench.module.css";

type Props = {
  connector: Connector;
  tool: Tool;
  /** Name of the platform's credential; `null` for the connector's default. */
  credential: string | null;
  onCredential: (name: string | null) => void;
  isRunning: boolean;
  isCancelling: boolean;
  /** In seconds; `null` for the default. */
  timeout: number | null;
  onTimeout: (seconds: number | null) => void;
  asTask: boolean;
  onAsTask: (asTask: boolean) => void;
  onRun: () => void;
  onDryRun: () => void;
  onCancel: () => void;
  onCopyCommand: () => void;
  onFill: (values: Json) => void;
  /** Whether it reappears after a confirmation, whose focus it takes over. */
  isBack: boolean;
};

/** The identity of a run, and the buttons that start it. */
export function RunBar(props: Props) {
  const { connector, tool, credential, isRunning, isCancelling, isBack, timeout, onTimeout } = props;
  const [limiting, setLimiting] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isBack && document.activeElement === document.body) first.current?.focus();
  }, [isBack]);
  return (
    <div className={styles.bar}>
      <div className={styles.as}>
        <span className="text3">Run as</span>
        <span className={styles.who}>
          <IdentityLine identity={identityWith(connector, credential)} />
        </span>
        <Examples connector={connector.id} tool={tool.name} onFill={props.onFill} />
      </div>
      <CredentialPicker connector={connector} value={credential} onChange={props.onCredential} />
      {(limiting || timeout !== null) && (
        <div className={styles.limit}>
          <Field
            label="Timeout (seconds)"
            type="number"
            inputMode="numeric"
            placeholder={String(abilitiesOf(connector).runSeconds)}
            value={timeout === null ? "" : String(timeout)}
            onChange={(text) => {
              if (/^([1-9]\d{0,4})?$/.test(text)) onTimeout(text === "" ? null : Number(text));
            }}
          />
        </div>
      )}
      {tool.mayBeTask && (
        <Switch
          help="The server keeps the result until it is fetched"
          isSelected={props.asTask}
          onChange={props.onAsTask}
          isDisabled={isRunning}
        >
          Run as a task
        </Switch>
      )}
      <div className="line">
        {/* One button for both, so that it keeps the focus when a run starts and ends. */}
        <Button
          ref={first}
          look={isRunning ? "plain" : "primary"}
          icon={isRunning ? "x" : "play"}
          keys={isRunning ? "form.cancel" : "form.submit"}
          isPending={isCancelling}
          onClick={singleClick(isRunning ? props.onCancel : props.onRun)}
          testId={isRunning ? undefined : "run"}
        >
          {isCancelling ? "Cancelling" : isRunning ? "Cancel" : "Run"}
        </Button>
        <Button keys="tools.dryRun" isDisabled={isRunning} onPress={props.onDryRun}>
          Dry run
        </Button>
        <span className="grow" />
        <Button look="quiet" icon="square-terminal" label="Copy as command" onPress={props.onCopyCommand} />
        <Menu
          label="More actions"
          trigger={<Button look="quiet" icon="ellipsis" label="More actions" />}
          actions={[
            {
              id: "limit",
              label: limiting || timeout !== null ? "Use default timeout" : "Set timeout…",
              icon: "clock",
              onAction: () => {
                setLimiting(!(limiting || timeout !== null));
                onTimeout(null);
              },
            },
            {
              id: "command",
              label: "Copy as command",
              icon: "square-terminal",
              keys: "form.copyCommand",
              onAction: props.onCopyCommand,
            },
            {
              id: "clear",
              label: "Clear form",
              icon: "rotate-ccw",
              onAction: () => props.onFill(initialArguments(schemaOf(tool.inputSchema))),
            },
          ]}
        />
      </div>
    </div>
  );
}
