import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { Form } from "@/components/Form";

export type PasteProps = {
  text: string;
  onText: (text: string) => void;
  onSubmit: () => void;
  error?: string | null;
  isPending?: boolean;
  /** Opens a file dialog instead. */
  onChooseBundle: () => void;
};

export const pasteHelp = "Paste an MCP server's address, a command, or settings of another app.";

/** A field for any text that names a server. */
export function PasteField({
  text,
  onText,
  onSubmit,
  error,
  isPending = false,
  children,
}: Omit<PasteProps, "onChooseBundle"> & { children?: ReactNode }) {
  const hasLines = text.includes("\n");
  return (
    <Form className="form" onSubmit={onSubmit}>
      <Field
        label="Address or command"
        autoFocus
        mono
        lines={hasLines ? 8 : 2}
        placeholder="https://mcp.example.com/mcp"
        value={text}
        onChange={onText}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey) return event.continuePropagation();
          event.preventDefault();
          onSubmit();
        }}
        error={error}
        isReadOnly={isPending}
      />
      {children}
    </Form>
  );
}

export function PasteFooter({
  text,
  onSubmit,
  isPending,
  onChooseBundle,
  onClose,
}: PasteProps & { onClose: () => void }) {
  return (
    <>
      <span>
        <Button onPress={onChooseBundle}>Choose bundle…</Button>
      </span>
      <Button keys="Escape" onPress={onClose}>
        Cancel
      </Button>
      <Button look="primary" isDisabled={!text.trim() || isPending} onPress={onSubmit}>
        Continue
      </Button>
    </>
  );
}
