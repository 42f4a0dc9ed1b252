import { useNow } from "@/host/clock";
import { ago, exactTime } from "@/lib/time";

/** How long ago something happened, with the exact time in the tooltip. */
export function Ago({ at }: { at: string }) {
  return <span title={exactTime(at)}>{ago(at, useNow())}</span>;
}
