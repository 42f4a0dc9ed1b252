import { useQuery } from "@tanstack/react-query";
import { useIsMeant } from "@/components/useIsMeant";
import { queries } from "@/host/queries";
import { QuestionDialog } from "./lazyLayers";

/** Shows the oldest open question of a server, over any page. */
export function OpenQuestion() {
  const { data: questions } = useQuery(queries.questions());
  const first = questions?.[0];
  const isMeant = useIsMeant(first?.id ?? null);
  return first ? <QuestionDialog key={first.id} open={first} more={questions.length - 1} canAnswer={isMeant} /> : null;
}
