import { useState } from "react";
import { type Connector, type Json, type Tool } from "@/host/bindings";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { IdentityLine } from "@/components/IdentityLine";
import { Menu } from "@/components/Menu";
import { Examples } from "./Examples";
import styles from "./Workbench.module.css";

type Props = {
  connector: Connector;
  tool: Tool;
  isRunning: boolean;
  isCancelling: boolean;
  canCancel: boolean;
  /** In seconds; `null` for the usual limit. */
  timeout: number | null;
  onTimeout: (seconds: number | null) => void;
  onRun: () => void;
  onDryRun: () => void;
  onCancel: () => void;
  onCopyCommand: () => void;
  onFill: (values: Json) => void;
};

/** As whom a tool runs, and the buttons that run it. */
export function RunBar(props: Props) {
  const { connector, tool, isRunning, isCancelling, canCancel, timeout, onTimeout } = props;
  const [limiting, setLimiting] = useState(false);
  return (
    <div className={styles.bar}>
      <div className={styles.as}>
        <span className="text3">Runs as</span>
        <span className="grow cut"><IdentityLine identity={connector.identity} /></span>
        <Examples connector={connector.id} tool={tool.name} onFill={props.onFill} />
      </div>
      {(limiting || timeout !== null) && (
        <div className={styles.limit}>
          <Field
            label="Time limit in seconds"
            type="number"
            inputMode="numeric"
            placeholder="60"
            value={timeout === null ? "" : String(timeout)}
            onChange={(text) => onTimeout(/^[1-9]\d{0,4}$/.test(text) ? Number(text) : null)}
          />
        </div>
      )}
      <div className="line">
        {isRunning ? (
          <Button look="plain" icon="x" keys="Mod+." isDisabled={!canCancel || isCancelling} onPress={props.onCancel}>
            {isCancelling ? "Cancelling" : "Cancel"}
          </Button>
        ) : (
          <Button look="primary" icon="play" keys="Mod+Enter" onPress={props.onRun} testId="run">Run</Button>
        )}
        <Button keys="Mod+Shift+Enter" isDisabled={isRunning} onPress={props.onDryRun}>Dry run</Button>
        <span className="grow" />
        <Button look="quiet" icon="square-terminal" label="Copy as command" onPress={props.onCopyCommand} />
        <Menu
          label="More for this tool"
          trigger={<Button look="quiet" icon="ellipsis" label="More for this tool" />}
          actions={[
            { id: "limit", label: limiting || timeout !== null ? "Usual time limit" : "Set a time limit", icon: "clock", onAction: () => {
              setLimiting(!(limiting || timeout !== null));
              onTimeout(null);
            } },
            { id: "command", label: "Copy as command", icon: "square-terminal", keys: "Mod+Shift+C", onAction: props.onCopyCommand },
            { id: "clear", label: "Empty the form", icon: "rotate-ccw", onAction: () => props.onFill({}) },
          ]}
        />
      </div>
    </div>
  );
}
