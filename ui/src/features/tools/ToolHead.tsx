import { useState } from "react";
import { type Connector, type Tool, type ToolEffect } from "@/host/bindings";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { EditModeControl } from "@/components/Runner/EditModeControl";
import { type Runner } from "@/components/Runner/useRunner";
import { Tag } from "@/components/Tag";
import { ToolEffectTag } from "./ToolEffectTag";
import { ownTitle } from "./toolGroups";
import styles from "./Workbench.module.css";

type Props = { connector: Connector; tool: Tool; runner: Runner };

/** Length above which a description is collapsed. */
const long = 180;

const effectTitles: Partial<Record<ToolEffect, string>> = {
  read: "Reads only",
  write: "Makes changes, or doesn't say what it does",
};

/** Name, effect and description of a tool. */
export function ToolHead({ connector, tool, runner }: Props) {
  const [all, setAll] = useState(false);
  const description = tool.description?.trim() ?? "";
  const title = ownTitle(tool);
  const isLong = description.length > long || description.split("\n").length > 3;
  return (
    <header className={styles.head}>
      <div className={styles.title}>
        <div className={styles.what}>
          {tool.icon && <ConnectorMark size="small" title={title ?? tool.name} of={connector} tool={tool} />}
          <h2 className={styles.name} data-selectable>
            {tool.name}
          </h2>
          <ToolEffectTag effect={tool.effect} title={effectTitles[tool.effect]} />
          {tool.idempotent && tool.effect !== "read" && (
            <Tag title="Running it again with the same arguments has no further effect">Safe to repeat</Tag>
          )}
        </div>
        <EditModeControl runner={runner} />
      </div>
      {title && <p className="medium">{title}</p>}
      {description !== "" && (
        <p className={styles.description} data-cut={(isLong && !all) || undefined} data-selectable>
          {description}
        </p>
      )}
      {isLong && (
        <div>
          <Button look="link" small onPress={() => setAll(!all)} aria-expanded={all}>
            {all ? "Less" : "More"}
          </Button>
        </div>
      )}
    </header>
  );
}
