import { type ReactNode, useEffect, useState } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "./Button";
import { FocusReturn } from "./FocusReturn";
import { hasOpenDialog, registerDialog } from "./openDialogs";
import styles from "./Dialog.module.css";
import { LayerContext, useLayer } from "./shortcuts";
import { useInvalidFocus } from "./useInvalidFocus";
import { useScrollRegion } from "./useScrollRegion";

type Props = {
  title: string;
  /** Shown before the title, such as a connector's mark. */
  mark?: ReactNode;
  subtitle?: ReactNode;
  children: ReactNode;
  /** An error, shown above the buttons and always visible. */
  notice?: ReactNode;
  /** The button that closes, then others; the primary one last. */
  footer?: ReactNode;
  /** 720 px instead of 608 px, for reviews. */
  wide?: boolean;
  /** Asks for a decision: closes only by its buttons and Escape. */
  alert?: boolean;
  /** Errors of fields in it. Whenever they are set, the first invalid field gets the focus. */
  errors?: unknown;
  /** Accessible name of the close button, where closing does not cancel. */
  closeLabel?: string;
  /** Called with its content whenever something is typed into it. */
  onInput?: (body: HTMLElement) => void;
  onClose: () => void;
};

/** A modal dialog. Escape and the close button call `onClose`. */
export function Dialog({
  title,
  mark,
  subtitle,
  children,
  notice,
  footer,
  wide = false,
  alert = false,
  errors,
  closeLabel = "Close",
  onInput,
  onClose,
}: Props) {
  const replacesDialog = useReplacesDialog();
  return (
    <>
      <FocusReturn />
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
              <Body errors={errors} onInput={onInput}>
                {children}
              </Body>
              {notice && <div className={styles.notice}>{notice}</div>}
              {footer && <footer className={styles.footer}>{footer}</footer>}
            </Layer>
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}

function Body({ errors, onInput, children }: Pick<Props, "errors" | "onInput" | "children">) {
  const region = useScrollRegion<HTMLDivElement>();
  useInvalidFocus(region.ref, errors);
  return (
    <div {...region} className={styles.body} onInput={(event) => onInput?.(event.currentTarget)}>
      {children}
    </div>
  );
}

/**
 * Whether another dialog is open when this one mounts; steps of one task then replace each other without an animation.
 */
function useReplacesDialog(): boolean {
  const [replacesDialog] = useState(hasOpenDialog);
  useEffect(registerDialog, []);
  return replacesDialog;
}

function Layer({ children }: { children: ReactNode }) {
  return <LayerContext value={useLayer()}>{children}</LayerContext>;
}
