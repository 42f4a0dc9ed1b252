import { type Annotations } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { ago } from "@/lib/time";
import { joinTexts } from "@/lib/words";

/** What a server tells of a part or a resource, in one line. */
export function Annotated({ annotations }: { annotations: Annotations }) {
  const now = useNow();
  const { audience, priority, lastModified } = annotations;
  const [only, ...others] = new Set(audience);
  const isForOne = only !== undefined && others.length === 0;
  const text = joinTexts(
    " · ",
    isForOne && (only === "user" ? "For you" : "For the assistant"),
    priority !== null && `Priority ${priority}`,
    lastModified !== null && `Changed ${ago(lastModified, now)}`,
  );
  return text === "" ? null : <span className="text3 small">{text}</span>;
}
