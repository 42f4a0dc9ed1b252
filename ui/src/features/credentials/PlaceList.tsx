import { type ReactNode } from "react";
import { Badge } from "@/components/Badge";
import { PlatformTile } from "@/components/PlatformTile";
import { NoticeCode } from "@/components/ProblemNotice";
import { type AccountId, type ConnectorId, type Problem, type RotationPlace } from "@/host/bindings";
import { sentence } from "@/lib/words";
import styles from "./Credentials.module.css";
import { isPushed, placeKey, placeWords } from "./placeWords";
import { usePlatformOf } from "./useSecretUsage";

type Props = {
  label: string;
  places: RotationPlace[];
  /** How a place stands; nothing where nothing is to be said of it. */
  stateOf?: (place: RotationPlace) => ReactNode;
  /** Goes to the connector or the account; a place is only words where it is left out. */
  onOpen?: (target: { connector: ConnectorId } | { account: AccountId }) => void;
};

/** Everything that uses a wallet entry: connectors, accounts, and what platforms were given. */
export function PlaceList({ label, places, stateOf, onOpen }: Props) {
  const platformOf = usePlatformOf();
  return (
    <ul className={styles.card} aria-label={label}>
      {places.map((place) => {
        const words = (
          <>
            <PlatformTile platform={platformOf(place.account)} />
            <span className={styles.placeWords}>
              <span className="cut" title={nameOf(place)}>
                {nameOf(place)}
              </span>
              <span className="text2 small">{placeWords(place)}</span>
            </span>
            {stateOf?.(place)}
          </>
        );
        const target = place.connector
          ? { connector: place.connector }
          : place.accountId
            ? { account: place.accountId }
            : null;
        return (
          <li key={placeKey(place)}>
            {onOpen && target ? (
              <button type="button" className={styles.place} onClick={() => onOpen(target)}>
                {words}
              </button>
            ) : (
              <div className={styles.place}>{words}</div>
            )}
            {place.problem && (
              <div className={styles.placeProblem}>
                <p>{reasonOf(place.problem)}</p>
                <NoticeCode>{place.problem.code}</NoticeCode>
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function nameOf({ title, account }: RotationPlace): string {
  return account === title ? title : `${title} · ${account}`;
}

/** How a place stands while a rotation is on its way, or after it. */
export function PlaceState({
  place,
  isTried,
  isPushing,
}: {
  place: RotationPlace;
  isTried: boolean;
  isPushing: boolean;
}) {
  // Nothing was sent here, so nothing is known of it.
  if (!isPushed(place)) return <Badge glyph="todo">On next use</Badge>;
  if (isTried) return place.problem ? <Badge glyph="failing">Failed</Badge> : <Badge glyph="ready">Updated</Badge>;
  if (isPushing) return <Badge glyph="authorizing">Waiting</Badge>;
  return <Badge glyph="todo">Will be updated</Badge>;
}

/** What happened, the platform's own words for it, and what helps. */
function reasonOf({ message, detail, hint }: Problem): string {
  const words = [message, detail === message ? null : detail, hint];
  return words.flatMap((one) => (one ? [sentence(one)] : [])).join(" ");
}
