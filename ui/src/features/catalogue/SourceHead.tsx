import { Button } from "@/components/Button";
import { PlatformTile } from "@/components/PlatformTile";
import { StatusGlyph } from "@/components/StatusGlyph";
import { sentence } from "@/lib/words";
import styles from "./Catalogue.module.css";
import { type Source } from "./useCatalogue";

type Props = { source: Source; /** Number of its rows. */ shown: number };

/** Whose rows follow; why there are none, where an account could not be asked. */
export function SourceHead({ source, shown }: Props) {
  const { title, account, isLoading, problem, retry } = source;
  const why = problem && [sentence(problem.message), problem.hint].filter(Boolean).join(" ");
  return (
    <>
      {account && (
        <span className={styles.tile}>
          <PlatformTile platform={account.platform} />
        </span>
      )}
      <span className="cut">{title}</span>
      {!problem && <span className={styles.count}>{shown > 0 || !isLoading ? shown : ""}</span>}
      {isLoading && <span className="text3">Loading…</span>}
      {problem && (
        <>
          <StatusGlyph name="failing" />
          <span className="cut grow" title={why ?? undefined}>
            {why}
          </span>
          <span className="mono text3">{problem.code}</span>
          <Button small look="link" onPress={retry}>
            Try again<span className="unseen"> {title}</span>
          </Button>
        </>
      )}
    </>
  );
}
