import { Button } from "../Button";
import { Notice } from "../ProblemNotice";

type Props = { names: readonly string[]; children: string; onHide: () => void };

/** Names the secrets that have to be entered again. */
export function MissingSecrets({ names, children, onHide }: Props) {
  return (
    <Notice
      glyph="changed"
      title={`Enter ${names.join(", ")} again`}
      end={
        <Button small look="link" onPress={onHide}>
          Hide
        </Button>
      }
    >
      {children}
    </Notice>
  );
}
