import { type CSSProperties } from "react";
import { type AccountColour, type Platform, platforms } from "@/host/bindings";
import { Icon } from "./Icon";
import styles from "./PlatformTile.module.css";

type Props = {
  platform: Platform;
  /** The account's colour, as a line under the initials. */
  colour?: AccountColour | null;
};

/** A platform's initials in its colours; the account's name is beside it. */
export function PlatformTile({ platform, colour }: Props) {
  const { initials, light, dark } = platforms[platform];
  const colours = {
    "--tile-light": light.background,
    "--on-tile-light": light.text,
    "--tile-dark": dark.background,
    "--on-tile-dark": dark.text,
  } as CSSProperties;
  return (
    <span
      className={styles.tile}
      style={colours}
      data-platform={platform}
      data-colour={colour ?? undefined}
      aria-hidden="true"
    >
      {initials === "" ? <Icon name="laptop" size={12} /> : initials}
    </span>
  );
}
