import { type AccountState } from "@/host/accountSync";
import { accountLook } from "./accountLook";
import { Icon } from "./Icon";
import { StatusGlyph } from "./StatusGlyph";

/** The icon of an account that has a problem or is slow. The text beside it says the same. */
export function AccountGlyph({ state }: { state: AccountState }) {
  const { glyph } = accountLook(state);
  if (glyph) return <StatusGlyph name={glyph} />;
  return state === "slow" ? <Icon name="clock" size={14} /> : null;
}
