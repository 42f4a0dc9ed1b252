import { AccountGlyph } from "@/components/AccountGlyph";
import { Button } from "@/components/Button";
import { useGo } from "@/components/useGo";
import { type AccountState } from "@/host/accountSync";
import { type Account } from "@/host/bindings";
import { grouped } from "@/lib/words";
import styles from "./Connectors.module.css";

type Props = {
  title: string;
  /** Number of rows; `undefined` until all are loaded. */
  number: number | undefined;
  /** The account of the group, where the list is grouped by account. */
  account?: Account | undefined;
  state?: AccountState;
};

const stateWords: Record<AccountState, string | null> = {
  fine: null,
  slow: "Slow",
  failing: "Couldn't load",
  signed_out: "Signed out",
};

/** The head of a group of rows, with the state of its account. */
export function GroupHead({ title, number, account, state = "fine" }: Props) {
  const go = useGo();
  const words = stateWords[state];
  return (
    <>
      <span className="cut">{title} </span>
      {number !== undefined && <span className={styles.count}>{grouped(number)}</span>}
      {account && words !== null && (
        <>
          <AccountGlyph state={state} />
          <span className={styles.count}>{words}</span>
          <span className="grow" />
          <Button look="link" small excludeFromTabOrder onPress={() => go.account(account.id)}>
            <span>
              {state === "signed_out" ? "Sign in" : "Open account"}
              <span className="unseen"> of {title}</span>
            </span>
          </Button>
        </>
      )}
    </>
  );
}
