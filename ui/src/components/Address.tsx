import { parseUrl } from "@/lib/url";
import styles from "./Address.module.css";
import { Notice } from "./ProblemNotice";

type Props = {
  url: string;
  /** The host that is contacted, in ASCII, emphasized; that of `url` where it is left out. */
  host?: string;
};

/** A URL that others chose, with the host that is contacted where that is written otherwise in it. */
export function Address({ url, host }: Props) {
  // None where a placeholder stands in its place.
  const contacted = host ?? parseUrl(url)?.host ?? "";
  const at = url.indexOf(contacted);
  return (
    <>
      <div className={styles.address} role="group" aria-label="Address" data-selectable>
        {host === undefined || at < 0 ? (
          <div>{url}</div>
        ) : (
          <>
            {url.slice(0, at)}
            <strong>{host}</strong>
            {url.slice(at + host.length)}
          </>
        )}
        {at < 0 && <strong>{contacted}</strong>}
      </div>
      {contacted.includes("xn--") && (
        <Notice glyph="failing" title="Unusual host name">
          It has letters that can look like others.
        </Notice>
      )}
    </>
  );
}
