import { Radio, RadioGroup } from "react-aria-components";
import { PlatformTile } from "@/components/PlatformTile";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type Account, type AccountColour } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./AccountPage.module.css";
import { useColourAccount } from "./useAccountActions";

const colours: { value: AccountColour; label: string }[] = [
  { value: "red", label: "Red" },
  { value: "orange", label: "Orange" },
  { value: "yellow", label: "Yellow" },
  { value: "green", label: "Green" },
  { value: "teal", label: "Teal" },
  { value: "blue", label: "Blue" },
  { value: "violet", label: "Violet" },
  { value: "pink", label: "Pink" },
];

const none = "none";

export function ColourChoice({ account }: { account: Account }) {
  const colour = useColourAccount();
  const choose = (value: string) =>
    colour.mutate({ id: account.id, colour: colours.find((one) => one.value === value)?.value ?? null });
  return (
    <section className={styles.section} aria-label="Color">
      <h2>Color</h2>
      <p className="text2">Marks this account in lists.</p>
      <RadioGroup
        className={styles.colours ?? ""}
        aria-label="Color"
        orientation="horizontal"
        value={account.colour ?? none}
        onChange={choose}
      >
        {[{ value: none, label: "None" }, ...colours].map(({ value, label }) => (
          <Radio key={value} value={value} className={styles.colour ?? ""}>
            <PlatformTile platform={account.platform} colour={colours.find((one) => one.value === value)?.value} />
            {label}
          </Radio>
        ))}
      </RadioGroup>
      {colour.error && <ProblemNotice problem={asProblem(colour.error)} />}
    </section>
  );
}
