import { Button } from "./Button";
import { useCopy } from "./CopyContext";
import styles from "./RedirectUri.module.css";

/** The redirect URL to register for one's own OAuth app. */
export function RedirectUri({ uri }: { uri: string }) {
  const copy = useCopy();
  return (
    <div className={styles.uri}>
      <span className="text2">Redirect URL to register with the provider</span>
      <span className="mono cut grow" data-selectable title={uri}>
        {uri}
      </span>
      <Button small icon="copy" onPress={() => copy(uri, "Redirect URL")}>
        Copy
      </Button>
    </div>
  );
}
