import { useState } from "react";
import { Field } from "@/components/Field";
import { Form } from "@/components/Form";
import { looksLikeServer } from "@/lib/pastedServer";

type Props = { onPaste: (text: string) => void; large?: boolean };

/** A box for any text that names an MCP server, which is passed on to the dialog that adds it. */
export function PasteBox({ onPaste, large = false }: Props) {
  const [address, setAddress] = useState("");
  const submit = () => {
    if (!address.trim()) return;
    onPaste(address.trim());
    setAddress("");
  };
  return (
    <Form onSubmit={submit}>
      <Field
        label="Address of an MCP server"
        hideLabel
        size={large ? "large" : "tall"}
        soft
        icon="clipboard"
        keys={address.trim() ? "Enter" : "Mod+V"}
        autoFocus={large}
        placeholder="Paste an MCP server address, command or JSON"
        value={address}
        onChange={setAddress}
        onPaste={(event) => {
          const text = event.clipboardData.getData("text/plain").trim();
          // Line breaks would be lost in this field.
          if (address || !(text.includes("\n") || looksLikeServer(text))) return;
          event.preventDefault();
          onPaste(text);
        }}
      />
    </Form>
  );
}
