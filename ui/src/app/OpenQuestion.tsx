import { useQuery } from "@tanstack/react-query";
import { queries } from "@/host/queries";
import { QuestionDialog } from "./lazyLayers";

/** What a server asks while it does something, over whatever page is shown; the oldest question first. */
export function OpenQuestion() {
  const { data: questions } = useQuery(queries.questions());
  const first = questions?.[0];
  return first ? <QuestionDialog key={first.id} open={first} /> : null;
}
