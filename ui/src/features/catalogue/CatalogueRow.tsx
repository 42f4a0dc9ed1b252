import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Icon } from "@/components/Icon";
import { TwoLines } from "@/components/TwoLines";
import { cutMiddle, shortAddress } from "@/lib/words";
import styles from "./Catalogue.module.css";
import { type CatalogueItem } from "./catalogueItems";

type Props = { item: CatalogueItem; isSelected: boolean; onOpen: () => void };

/** The cells of one entry. */
export function CatalogueRow({ item, isSelected, onOpen }: Props) {
  const { title, description, category, address, isCommand, signIn, verb } = item;
  const shownAddress = address && (isCommand ? cutMiddle(address, 60) : cutMiddle(shortAddress(address), 48));
  return (
    <>
      <span className="line">
        <ConnectorMark title={title} />
        <TwoLines
          first={<span className="medium">{title}</span>}
          second={description && <span title={description}>{description}</span>}
        />
      </span>
      <span className={styles.where}>
        <TwoLines
          first={
            shownAddress && (
              <span className="mono small" title={address ?? undefined}>
                {isCommand && <Icon name="square-terminal" size={12} />} {shownAddress}
              </span>
            )
          }
          second={category}
        />
      </span>
      <span className={`${styles.signIn} cut`} title={signIn}>
        {signIn}
      </span>
      <span className={styles.end}>
        <Button small excludeFromTabOrder={!isSelected} onPress={onOpen}>
          {verb}
          <span className="unseen"> {title}</span>
        </Button>
      </span>
    </>
  );
}
