import { type AccountState } from "@/host/accountSync";
import { accountLook } from "./accountLook";
import { Icon } from "./Icon";
import { StatusGlyph } from "./StatusGlyph";

/** The sign of an account that is not well; nothing for one that is. The word beside it speaks. */
export function AccountGlyph({ state }: { state: AccountState }) {
  const { glyph } = accountLook(state);
  if (glyph) return <StatusGlyph name={glyph} />;
  return state === "slow" ? <Icon name="clock" size={14} /> : null;
}
