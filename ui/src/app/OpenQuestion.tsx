import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type QuestionId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { QuestionDialog } from "./lazyLayers";

/** Shows the oldest open question of a server, over any page. */
export function OpenQuestion() {
  const { data: questions } = useQuery(queries.questions());
  const first = questions?.[0];
  const [shown, setShown] = useState<{ id: QuestionId | undefined; isNext: boolean }>({ id: undefined, isNext: false });
  if (first?.id !== shown.id) setShown({ id: first?.id, isNext: shown.id !== undefined });
  return first ? (
    <QuestionDialog key={first.id} open={first} more={questions.length - 1} isNext={shown.isNext} />
  ) : null;
}
