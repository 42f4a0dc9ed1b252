import { Button } from "./Button";
import { Seconds } from "./Seconds";
import { StatusGlyph } from "./StatusGlyph";

type Props = {
  /** Accessible name, such as "Creating". */
  label: string;
  /** When it began, in milliseconds since 1970. */
  since: number;
  onStop?: () => void;
  children: string;
};

/** Says what is going on and for how long. Assistive technology is told by `announce`. */
export function Working({ label, since, onStop, children }: Props) {
  return (
    <div className="line text2" role="group" aria-label={label}>
      <StatusGlyph name="authorizing" />
      <span className="grow cut">{children}</span>
      <span className="text3" aria-hidden="true">
        <Seconds since={since} />
      </span>
      {onStop && (
        <Button small look="quiet" onPress={onStop}>
          Stop
        </Button>
      )}
    </div>
  );
}
