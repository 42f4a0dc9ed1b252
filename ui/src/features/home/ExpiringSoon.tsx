import { PlatformTile } from "@/components/PlatformTile";
import { StatusGlyph } from "@/components/StatusGlyph";
import { type Account, type Need } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { compareText } from "@/lib/order";
import { exactTime, startOfDay, weekday, whenWords } from "@/lib/time";
import styles from "./Home.module.css";

type Props = { needs: Need[]; accounts: Account[] };

/** Credentials and sign-ins that expire within a week, as a calendar and as a list. */
export function ExpiringSoon({ needs, accounts }: Props) {
  const now = useNow();
  const expiring = needs
    .flatMap(({ id, kind, title, lapsesAt, account }) =>
      kind === "lapsing" && lapsesAt !== null ? [{ id, title, lapsesAt, account }] : [],
    )
    .sort((one, other) => compareText(one.lapsesAt, other.lapsesAt));
  if (expiring.length === 0) return null;
  const markedDays = new Set(expiring.map(({ lapsesAt }) => startOfDay(new Date(lapsesAt)).getTime()));
  return (
    <section aria-labelledby="lapsing">
      <h2 id="lapsing" className={styles.head}>
        Expiring soon
      </h2>
      {/* The list below says the same in words. */}
      <ol className={styles.week} aria-hidden="true">
        {Array.from({ length: 7 }, (_, index) => startOfDay(now, index)).map((day, index) => (
          <li key={day.getTime()} data-today={index === 0 || undefined}>
            <span className="text3">{weekday(day)}</span>
            <span className="medium">{day.getDate()}</span>
            <span className={styles.mark}>{markedDays.has(day.getTime()) && <StatusGlyph name="signin" />}</span>
          </li>
        ))}
      </ol>
      <ul className={styles.lines}>
        {expiring.map(({ id, title, lapsesAt, account }) => {
          const owner = accounts.find((one) => one.id === account);
          return (
            <li key={id}>
              {owner ? (
                <PlatformTile platform={owner.platform} colour={owner.colour} />
              ) : (
                <span className={styles.sign}>
                  <StatusGlyph name="signin" />
                </span>
              )}
              <span className="cut grow" title={title}>
                {title}
              </span>
              <span className="text2" title={exactTime(lapsesAt)}>
                {whenWords(lapsesAt, now)}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
