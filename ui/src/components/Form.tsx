import { type ComponentProps } from "react";

type Props = Omit<ComponentProps<"form">, "onSubmit"> & {
  /** Whether the input is being sent; it is not sent again meanwhile. */
  isPending?: boolean;
  onSubmit: () => void;
};

/** A form that the window handles itself. */
export function Form({ isPending = false, onSubmit, ...rest }: Props) {
  return (
    <form
      {...rest}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending) onSubmit();
      }}
    />
  );
}
