import { Fragment } from "react";
import { type Exchange, type SentRequest } from "@/host/bindings";
import { duration } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import styles from "./OnTheWire.module.css";

/** A request and its response, except the response body, which has its own view. */
export function OnTheWire({ exchange: { request, response } }: { exchange: Exchange }) {
  const isLine = request.method === null;
  return (
    <div className={styles.wire}>
      <section aria-label="Request">
        <Request request={request} />
      </section>
      <section aria-label="Response">
        {!response && <p className={styles.note}>No response received</p>}
        {response && !isLine && (
          <div className={styles.target}>
            {joinTexts(" · ", response.status !== null && `HTTP ${response.status}`, duration(response.tookMs))}
          </div>
        )}
        {response && isLine && (
          <p className={styles.note}>{`Answered after ${duration(response.tookMs)}, as one line of standard output`}</p>
        )}
        {response && <Headers headers={response.headers} />}
      </section>
    </div>
  );
}

/** A request as sent. */
export function Request({ request: { method, url, headers, body } }: { request: SentRequest }) {
  return (
    <>
      {method === null ? (
        <p className={styles.note}>One line of the program's standard input. It has no URL, headers or status.</p>
      ) : (
        <div className={styles.target} data-selectable>{`${method} ${url ?? ""}`}</div>
      )}
      <Headers headers={headers} />
      {body !== null && <WireText label="Request (secrets hidden)" text={body} />}
    </>
  );
}

/** Raw text. */
export function WireText({ label, text, fill = false }: { label: string; text: string; fill?: boolean }) {
  return (
    <pre
      className={styles.text}
      data-fill={fill || undefined}
      // Focusable, so that the keyboard can scroll it.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="region"
      aria-label={label}
      data-selectable
    >
      {text}
    </pre>
  );
}

function Headers({ headers }: Pick<SentRequest, "headers">) {
  if (headers.length === 0) return null;
  return (
    <dl className={styles.headers} data-selectable>
      {headers.map(([name, value], index) => (
        // A header may occur twice, so the key includes the index.
        <Fragment key={`${index} ${name}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
