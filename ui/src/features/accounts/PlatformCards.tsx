import { ButtonList } from "@/components/ButtonList";
import { Icon } from "@/components/Icon";
import { PlatformTile } from "@/components/PlatformTile";
import { Tag } from "@/components/Tag";
import { WithCode } from "@/components/WithCode";
import { type PlatformForm } from "@/host/bindings";
import { needsWords } from "./accountForm";
import styles from "./AddAccount.module.css";

type Props = { platforms: PlatformForm[]; onChoose: (platform: PlatformForm) => void };

/** Lists the platforms with what they need to sign in. */
export function PlatformCards({ platforms, onChoose }: Props) {
  return (
    <ButtonList className={styles.cards} label="Platforms">
      {platforms.map((platform, index) => {
        const { title, isAssumed, fields } = platform;
        const variable = fields.find((field) => field.isSecret && field.variable)?.variable;
        return (
          <li key={platform.platform}>
            {/* The dialog opens to choose one of these. */}
            {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
            <button type="button" className={styles.card} autoFocus={index === 0} onClick={() => onChoose(platform)}>
              <PlatformTile platform={platform.platform} />
              <span className={styles.words}>
                <span className={styles.title}>
                  <span className="medium">{title}</span>
                  {isAssumed && (
                    <Tag tone="warn" title={`${title} has no public API documentation`}>
                      Experimental
                    </Tag>
                  )}
                  {variable && (
                    <Tag icon="square-terminal" mono title={`Use ${variable} from the environment`}>
                      {variable}
                    </Tag>
                  )}
                </span>
                <span className={styles.needs}>
                  <WithCode>{needsWords(platform)}</WithCode>
                </span>
              </span>
              <Icon name="chevron-right" size={14} />
            </button>
          </li>
        );
      })}
    </ButtonList>
  );
}
