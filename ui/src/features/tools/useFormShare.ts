import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChangePreferences } from "@/host/preferences";
import { queries } from "@/host/queries";
import { usualFormPercent as usual } from "@/lib/layout";

/** The width of a tool's form, in percent. Saved when dragging ends. */
export function useFormShare() {
  const { data: preferences } = useQuery(queries.preferences());
  const { mutate: changePreferences } = useChangePreferences();
  const [dragged, setDragged] = useState<number | null>(null);
  return {
    value: dragged ?? preferences?.formPercent ?? usual,
    min: 25,
    max: 70,
    usual,
    onChange: (value: number, isOver: boolean) => {
      setDragged(isOver ? null : value);
      if (isOver) changePreferences({ formPercent: value });
    },
  };
}
