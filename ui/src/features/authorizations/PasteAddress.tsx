import { useState } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { Form } from "@/components/Form";
import { usePastedText } from "@/components/usePastedText";
import { type useAuthorizationActions } from "./useAuthorizationActions";

type Props = Pick<ReturnType<typeof useAuthorizationActions>, "finish">;

/** Takes the final address of a browser on another computer; typed, or pasted anywhere in the window. */
export function PasteAddress({ finish }: Props) {
  const [address, setAddress] = useState("");
  usePastedText((pasted) => {
    if (finish.isPending) return true;
    setAddress(pasted);
    if (/^(https?|patchbay):\/\/\S+$/.test(pasted)) finish.mutate(pasted);
    return true;
  });
  return (
    <Form isPending={finish.isPending} onSubmit={() => address.trim() && finish.mutate(address.trim())}>
      <Field
        label="Redirect address"
        hideLabel
        icon="clipboard"
        keys="Mod+V"
        placeholder="Signed in on another computer? Paste the final address"
        value={address}
        onChange={setAddress}
        // A disabled field would lose the focus.
        isReadOnly={finish.isPending}
        end={
          address.trim() && (
            <Button small type="submit">
              Continue
            </Button>
          )
        }
      />
    </Form>
  );
}
