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
        label="Redirect address"
        hideLabel
        icon="clipboard"
        keys="Mod+V"
        placeholder="Signed in on another computer? Paste the final address"
        value={address}
        onChange={setAddress}
        isDisabled={finish.isPending}
        end={
          address.trim() && (
            <Button small type="submit">
              Continue
            </Button>
          )
        }
      />
    </form>
  );
}

function looksLikeAddress(text: string): boolean {
  return /^(https?|patchbay):\/\/\S+$/.test(text.trim());
}
