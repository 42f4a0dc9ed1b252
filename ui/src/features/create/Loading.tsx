import { useState } from "react";
import { Seconds } from "@/components/Seconds";
import { Skeleton } from "@/components/Skeleton";

/** A skeleton with the time that loading has taken so far. */
export function Loading({ label, rows }: { label: string; rows: number }) {
  const [since] = useState(() => Date.now());
  return (
    <>
      <Skeleton rows={rows} label={label} />
      <span className="text3 small" aria-hidden="true">
        {label}, <Seconds since={since} />
      </span>
    </>
  );
}
