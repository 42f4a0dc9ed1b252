import { Radio, RadioGroup } from "react-aria-components";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Section } from "@/components/Section";
import { type Account, type AccountColour } from "@/host/bindings";
import { capital } from "@/lib/words";
import styles from "./AccountPage.module.css";
import { useColourAccount } from "./useAccountActions";

const colours: AccountColour[] = ["red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"];

const none = "none";

export function ColourChoice({ account }: { account: Account }) {
  const { mutate, isPending, variables, error } = useColourAccount(account.id);
  const colourOf = (value: string) => colours.find((one) => one === value);
  return (
    <Section title="Color">
      <p className="text2">Marks this account in lists.</p>
      <RadioGroup
        className={styles.colours ?? ""}
        aria-label="Color"
        orientation="horizontal"
        value={(isPending ? variables : account.colour) ?? none}
        onChange={(value) => mutate(colourOf(value) ?? null)}
      >
        {[none, ...colours].map((value) => (
          <Radio key={value} value={value} className={styles.colour ?? ""}>
            <PlatformTile platform={account.platform} colour={colourOf(value)} />
            {capital(value)}
          </Radio>
        ))}
      </RadioGroup>
      <ErrorNotice error={error} />
    </Section>
  );
}
