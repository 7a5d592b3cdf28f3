// A dialog with a form: once something was typed it closes only when the person says so twice.
import { Button, Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";

export function FormModal({ opened, onClose, children, ...rest }: ModalProps) {
  const [dirty, setDirty] = useState(false);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (opened) return;
    setDirty(false);
    setAsking(false);
  }, [opened]);
  return (
    <Modal opened={opened} onClose={() => (dirty ? setAsking(true) : onClose())} {...rest}>
      {asking && (
        <div className="leave" role="alert">
          <span className="grow">Close this? What you see here is not kept.</span>
          <Button size="xs" variant="default" autoFocus onClick={() => setAsking(false)}>
            Stay
          </Button>
          <Button size="xs" color="clay.6" onClick={onClose}>
            Close it
          </Button>
        </div>
      )}
      <div onInput={() => setDirty(true)}>{children}</div>
    </Modal>
  );
}
