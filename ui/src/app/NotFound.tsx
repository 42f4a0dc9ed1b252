import { useNavigate } from "@tanstack/react-router";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { Toolbar } from "@/components/Toolbar";

/** Shown for an unknown route. */
export function NotFound() {
  const navigate = useNavigate();
  return (
    <>
      <Toolbar title="Not found" />
      <EmptyState
        icon="search"
        title="Page not found"
        action={<Button onPress={() => void navigate({ to: "/" })}>Go to Home</Button>}
      />
    </>
  );
}
