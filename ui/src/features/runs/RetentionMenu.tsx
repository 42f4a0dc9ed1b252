import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "@/components/Button";
import { Menu } from "@/components/Menu";
import { type Retention } from "@/host/bindings";
import { queries } from "@/host/queries";
import { offeredDays, retentionText } from "@/lib/retention";

/** Shows and changes how long runs are kept. */
export function RetentionMenu({ onChange }: { onChange: (changes: Partial<Retention>) => void }) {
  const { data: history } = useQuery(queries.history());
  const navigate = useNavigate();
  if (!history) return null;
  const { retention } = history;
  return (
    <Menu
      label="Keep runs for"
      trigger={<Button endIcon="chevron-down">{retentionText(retention.days)}</Button>}
      actions={[
        ...offeredDays.map((days) => ({
          id: String(days),
          label: retentionText(days),
          icon: days === retention.days ? ("check" as const) : undefined,
          onAction: () => onChange({ days }),
        })),
        {
          id: "more",
          label: "History settings…",
          icon: "settings" as const,
          onAction: () => void navigate({ to: "/settings" }),
        },
      ]}
    />
  );
}
