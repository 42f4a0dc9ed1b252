import { Tag } from "@/components/Tag";
import { type OperationEffect } from "@/host/bindings";
import { effects } from "./operationEffects";

/** The effect of an operation, with an icon if it is irreversible. */
export function EffectTag({ effect }: { effect: OperationEffect }) {
  const { tag, tone, help } = effects[effect];
  return (
    <Tag tone={tone} icon={effect === "irreversible" ? "octagon-alert" : undefined} title={help}>
      {tag}
    </Tag>
  );
}
