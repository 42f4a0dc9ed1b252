import { Button } from "@/components/Button";
import { PlatformTile } from "@/components/PlatformTile";
import { StatusGlyph } from "@/components/StatusGlyph";
import { grouped, sentence } from "@/lib/words";
import styles from "./Catalogue.module.css";
import { type Source } from "./useCatalogue";

type Props = { source: Source; /** Number of rows. */ shown: number };

/** The head of a source's rows, with the problem if loading failed. */
export function SourceHead({ source, shown }: Props) {
  const { title, account, isLoading, problem, retry } = source;
  const reason = problem && [sentence(problem.message), problem.hint].filter(Boolean).join(" ");
  return (
    <>
      {account && (
        <span className={styles.tile}>
          <PlatformTile platform={account.platform} />
        </span>
      )}
      <span className="cut">{title}</span>
      {!problem && <span className={styles.count}>{shown > 0 || !isLoading ? grouped(shown) : ""}</span>}
      {isLoading && <span className="text3">Loading…</span>}
      {problem && (
        <>
          <StatusGlyph name="failing" />
          <span className="cut grow" title={reason ?? undefined}>
            {reason}
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
