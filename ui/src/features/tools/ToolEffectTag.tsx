import { Tag } from "@/components/Tag";
import { type ToolEffect } from "@/host/bindings";
import { effects } from "./toolGroups";

/** What a tool does, as a tag; destructive ones stand out. */
export function ToolEffectTag({ effect, title }: { effect: ToolEffect; title?: string }) {
  const isDestructive = effect === "destructive";
  return (
    <Tag tone={isDestructive ? "bad" : undefined} icon={isDestructive ? "octagon-alert" : undefined} title={title}>
      {effects[effect].tag}
    </Tag>
  );
}
