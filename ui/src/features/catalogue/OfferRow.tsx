import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Icon } from "@/components/Icon";
import { TwoLines } from "@/components/TwoLines";
import { cutMiddle, shortAddress } from "@/lib/words";
import styles from "./Catalogue.module.css";
import { type Offer, offerTitle, reachText, signInWords } from "./offers";

type Props = { offer: Offer; onOpen: () => void; onLook: () => void };

/** The cells of one entry, with the button that sets it up. */
export function OfferRow({ offer, onOpen, onLook }: Props) {
  const title = offerTitle(offer);
  const { description, category } = offer.kind === "definition" ? offer.definition : offer.entry;
  const reach = reachText(offer);
  const isCommand = offer.kind === "server" && offer.entry.reach.kind === "command";
  const where = reach && (isCommand ? cutMiddle(reach, 60) : cutMiddle(shortAddress(reach), 48));
  return (
    <>
      <span className="line">
        <ConnectorMark title={title} />
        <TwoLines first={<span className="medium">{title}</span>} second={description && <span title={description}>{description}</span>} />
      </span>
      <span className={styles.where}>
        <TwoLines first={where && <span className="mono small" title={reach ?? undefined}>{isCommand && <Icon name="square-terminal" size={12} />} {where}</span>} second={category} />
      </span>
      <span className={`${styles.signIn} cut`} title={signInWords(offer)}>{signInWords(offer)}</span>
      <span className={styles.end}>
        {isCommand ? (
          <Button small look="quiet" onPress={onLook}>Details<span className="unseen"> of {title}</span></Button>
        ) : (
          <Button small onPress={onOpen}>{offer.kind === "definition" ? "Create" : "Add"}<span className="unseen"> {title}</span></Button>
        )}
      </span>
    </>
  );
}
