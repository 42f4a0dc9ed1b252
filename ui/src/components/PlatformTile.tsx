import { type AccountColour, type Platform } from "@/host/bindings";
import { Icon } from "./Icon";
import styles from "./PlatformTile.module.css";

const letters: Record<Exclude<Platform, "local">, string> = {
  mistral: "Mi",
  cohere: "Co",
  agentstack: "As",
  airbyte: "Ab",
  tenex: "10",
};

type Props = {
  platform: Platform;
  /** The colour that the user knows the account by: a line under the letters. */
  colour?: AccountColour | null;
};

/** Our own small sign of a platform; the account's name stands beside it in words. */
export function PlatformTile({ platform, colour }: Props) {
  return (
    <span className={styles.tile} data-platform={platform} data-colour={colour ?? undefined} aria-hidden="true">
      {platform === "local" ? <Icon name="laptop" size={12} /> : letters[platform]}
    </span>
  );
}
