import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/Button";
import { ButtonList } from "@/components/ButtonList";
import { credentialWord } from "@/components/identityWords";
import { passFocusBeside } from "@/components/keepFocus";
import { levelWord } from "@/components/levels";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { digits, type Keys } from "@/components/shortcutTable";
import { StatusGlyph } from "@/components/StatusGlyph";
import { TwoLines } from "@/components/TwoLines";
import { type Account, type Need } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { queries } from "@/host/queries";
import { exactTime, lasting, until } from "@/lib/time";
import { uniqueKeys } from "@/lib/uniqueKeys";
import { capital, grouped, joinTexts } from "@/lib/words";
import styles from "./Home.module.css";
import { needGlyphs } from "./needLook";
import { type NeedHandlers, useNeedActions } from "./useNeedActions";

type Props = NeedHandlers & {
  needs: Need[];
  /** Whether an empty list means that all is good. */
  isCalm: boolean;
};

/** What needs the user's attention, each with the button that fixes it and its shortcut. */
export function NeedList({ needs, isCalm, ...handlers }: Props) {
  const { data: accounts = [] } = useQuery(queries.accounts());
  const { fix, words, pending, checkAll, error } = useNeedActions(handlers);
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? needs : needs.slice(0, digits.length);
  const failing = needs.filter((need) => need.kind === "failing").length;
  const [first] = needs;
  useShortcut(
    first ? { keys: "connectors.connect", label: "Fix the first one", inBar: true, run: () => fix(first) } : null,
  );
  if (needs.length === 0 && !isCalm) return null;
  return (
    <section aria-labelledby="needs-you">
      <div className={styles.head}>
        <h2 id="needs-you">Needs attention</h2>
        <span className="text3">{needs.length > 0 && grouped(needs.length)}</span>
        <span className="grow" />
        {failing > 1 && (
          <Button look="link" isPending={checkAll.isPending} onPress={() => checkAll.mutate()}>
            {`Check all ${grouped(failing)} failing`}
          </Button>
        )}
      </div>
      <ErrorNotice className={styles.failure} error={error} />
      {needs.length === 0 ? (
        <p className={styles.calm}>
          <StatusGlyph name="ready" /> All good
        </p>
      ) : (
        <ButtonList className={styles.card}>
          {/* By what a need is about: its kind, and with it its id, changes while somebody signs in. */}
          {uniqueKeys(shown, ({ connector, entry, id }) => connector ?? entry ?? id).map(([key, need], index) => (
            <Row
              key={key}
              need={need}
              words={words(need)}
              account={accounts.find((one) => one.id === need.account)}
              keys={digits[index]}
              isFirst={index === 0}
              isPending={pending(need)}
              onFix={() => fix(need)}
            />
          ))}
        </ButtonList>
      )}
      {shown.length < needs.length && (
        <div className={styles.more}>
          <Button look="link" onPress={() => setShowsAll(true)}>
            {`Show all ${grouped(needs.length)}`}
          </Button>
        </div>
      )}
    </section>
  );
}

type RowProps = {
  need: Need;
  words: string;
  account: Account | undefined;
  keys: Keys | undefined;
  isFirst: boolean;
  isPending: boolean;
  onFix: () => void;
};

function Row({ need, words, account, keys, isFirst, isPending, onFix }: RowProps) {
  useShortcut(keys ? { keys, label: `${words}, ${need.title}`, run: onFix } : null);
  return (
    <li ref={passFocusBeside} className={styles.need}>
      <StatusGlyph name={needGlyphs[need.kind]} />
      <TwoLines
        first={<span className={`medium ${styles.headline}`}>{need.headline}</span>}
        second={<Reason need={need} />}
      />
      <Owner need={need} account={account} />
      <Button look={isFirst ? "primary" : "plain"} keys={keys} isPending={isPending} onPress={onFix}>
        <span>
          {words}
          <span className="unseen">, {need.title}</span>
        </span>
      </Button>
    </li>
  );
}

function Reason({ need: { kind, words, code, since, lapsesAt } }: { need: Need }) {
  const now = useNow();
  // Names of tools are not capitalized.
  const text = words && (kind === "tools_changed" ? words : capital(words));
  const time = lapsesAt ? until(lapsesAt, now) : since && lasting(since, now);
  return (
    <span className={styles.reason} title={joinTexts(" · ", text, time, code)}>
      {text && <span>{text}</span>}
      {time && <span title={exactTime(lapsesAt ?? since ?? "")}>{text ? `· ${time}` : time}</span>}
      {code && <span className="mono">{code}</span>}
    </span>
  );
}

/** The identity or account of a need. Wallet credentials and the network have neither. */
function Owner({ need: { identity, entry }, account }: { need: Need; account: Account | undefined }) {
  if (identity) {
    return (
      <span className="line">
        <PlatformTile platform={identity.platform} colour={account?.colour} />
        <TwoLines
          first={identity.account}
          second={joinTexts(" · ", credentialWord(identity), identity.user, levelWord(identity.level))}
        />
      </span>
    );
  }
  if (!entry && !account) return <span className="text2">All accounts</span>;
  if (entry || !account) return <span className="text2">Wallet</span>;
  return (
    <span className="line">
      <PlatformTile platform={account.platform} colour={account.colour} />
      <TwoLines first={account.label} second="Account" />
    </span>
  );
}
