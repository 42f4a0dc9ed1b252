import { Tag } from "@/components/Tag";
import { type OperationEffect } from "@/host/bindings";
import { effects } from "./operationEffects";

/** What an operation does to its platform, by word, and by a sign where that needs a thought. */
export function EffectTag({ effect }: { effect: OperationEffect }) {
  const { tag, tone, help } = effects[effect];
  return (
    <Tag tone={tone} icon={effect === "irreversible" ? "octagon-alert" : undefined} title={help}>
      {tag}
    </Tag>
  );
}
