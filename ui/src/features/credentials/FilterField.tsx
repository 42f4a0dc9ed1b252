import { type RefObject } from "react";
import { Field } from "@/components/Field";
import { focusList } from "@/components/focusList";
import styles from "./Credentials.module.css";

type Props = {
  ref: RefObject<HTMLInputElement | null>;
  label: string;
  value: string;
  onChange: (value: string) => void;
};

export function FilterField({ ref, label, value, onChange }: Props) {
  return (
    <div className={styles.filters}>
      <Field
        ref={ref}
        label={label}
        hideLabel
        icon="search"
        keys="list.filter"
        soft
        placeholder="Filter"
        value={value}
        onChange={onChange}
        onKeyDown={(event) => {
          focusList(event);
          event.continuePropagation();
        }}
      />
    </div>
  );
}
