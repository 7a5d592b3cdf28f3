// A button that asks once more before it does what cannot be undone.
import { Button, Popover, type ButtonProps } from "@mantine/core";
import { useState, type ReactNode } from "react";

interface Props extends ButtonProps {
  question: ReactNode;
  confirm: string;
  onConfirm: () => void;
  children: ReactNode;
  "aria-label"?: string;
}

export function Confirm({ question, confirm, onConfirm, children, ...button }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" width={270} trapFocus returnFocus withArrow>
      <Popover.Target>
        <Button variant="subtle" color="clay.6" className="danger" size="compact-sm" {...button} onClick={() => setOpen(!open)}>
          {children}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="stack" style={{ gap: 12 }}>
          <div style={{ fontSize: "0.9rem" }}>{question}</div>
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Button size="xs" variant="subtle" color="gray" onClick={() => setOpen(false)}>
              No
            </Button>
            <Button
              size="xs"
              color="clay.6"
              onClick={() => {
                setOpen(false);
                onConfirm();
              }}
            >
              {confirm}
            </Button>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
