import { type ReactNode, useEffect, useState } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "./Button";
import styles from "./Dialog.module.css";
import { LayerContext, useLayer } from "./shortcuts";

type Props = {
  title: string;
  /** What stands before the title, such as a connector's mark. */
  mark?: ReactNode;
  /** A second line, such as an identity line. */
  subtitle?: ReactNode;
  children: ReactNode;
  /** What went wrong: stays in sight above the buttons, however long the rest is. */
  notice?: ReactNode;
  /** What closing does, then buttons; the primary one last. */
  footer?: ReactNode;
  /** 608 px, or 720 px to review something. */
  wide?: boolean;
  /** Asks for a decision: closes by its own buttons and Escape only. */
  alert?: boolean;
  /** Name of the close button where closing is not cancelling. */
  closeLabel?: string;
  onClose: () => void;
};

/** A modal layer that asks or guides one thing. Escape and the close button call `onClose`. */
export function Dialog({
  title,
  mark,
  subtitle,
  children,
  notice,
  footer,
  wide = false,
  alert = false,
  closeLabel = "Close",
  onClose,
}: Props) {
  const replacesDialog = useReplacesDialog();
  return (
    <ModalOverlay
      isOpen
      isDismissable={false}
      onOpenChange={(open) => !open && onClose()}
      className={styles.scrim ?? ""}
      data-follows={replacesDialog || undefined}
    >
      <Modal className={styles.modal ?? ""} data-wide={wide || undefined}>
        <AriaDialog role={alert ? "alertdialog" : "dialog"} className={styles.dialog ?? ""}>
          <Layer>
            <header className={styles.header}>
              {mark}
              <div className={styles.titles}>
                <Heading slot="title" level={2} className={styles.title ?? ""}>
                  {title}
                </Heading>
                {subtitle && <div className={styles.subtitle}>{subtitle}</div>}
              </div>
              {!alert && <Button look="quiet" icon="x" label={closeLabel} onPress={onClose} />}
            </header>
            <div className={styles.body}>{children}</div>
            {notice && <div className={styles.notice}>{notice}</div>}
            {footer && <footer className={styles.footer}>{footer}</footer>}
          </Layer>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

const openDialogs = new Set<symbol>();

/** Whether another dialog is there as this one comes: steps of one act then take each other's place without a flash. */
function useReplacesDialog(): boolean {
  const [replacesDialog] = useState(() => openDialogs.size > 0);
  useEffect(() => {
    const self = Symbol("dialog");
    openDialogs.add(self);
    return () => void openDialogs.delete(self);
  }, []);
  return replacesDialog;
}

function Layer({ children }: { children: ReactNode }) {
  return <LayerContext value={useLayer()}>{children}</LayerContext>;
}
