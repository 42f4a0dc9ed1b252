import { useState } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { type useAuthorizationActions } from "./useAuthorizationActions";
import { usePasteAddress } from "./usePasteAddress";

type Props = Pick<ReturnType<typeof useAuthorizationActions>, "finish">;

/** Takes the address on which a browser of another computer ended, typed or pasted anywhere. */
export function PasteAddress({ finish }: Props) {
  const [address, setAddress] = useState("");
  usePasteAddress((pasted) => {
    setAddress(pasted);
    if (looksLikeAddress(pasted)) finish.mutate(pasted.trim());
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (address.trim()) finish.mutate(address.trim());
      }}
    >
      <Field
        label="Address you ended on"
        hideLabel
        icon="clipboard"
        keys="Mod+V"
        placeholder="Browser on another computer? Paste the address you ended on"
        value={address}
        onChange={setAddress}
        isDisabled={finish.isPending}
        end={address.trim() && <Button small type="submit">Use it</Button>}
      />
    </form>
  );
}

function looksLikeAddress(text: string): boolean {
  return /^(https?|patchbay):\/\/\S+$/.test(text.trim());
}
