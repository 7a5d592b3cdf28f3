// One thing to choose, its key printed on it. Space and click choose; Enter sends the whole form.
import { UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import { Key } from "~/ui/Key";

interface Props {
  role: "radio" | "checkbox";
  checked: boolean;
  onChoose: () => void;
  hotkey: string | undefined;
  className?: string;
  label?: string;
  /** What a suggestion says. */
  suggested?: boolean;
  title?: string | undefined;
  children: ReactNode;
}

export function Choice({ role, checked, onChoose, hotkey, className = "opt", label, suggested = false, title, children }: Props) {
  return (
    <UnstyledButton
      className={suggested ? `${className} opt-suggested` : className}
      role={role}
      aria-checked={checked}
      aria-label={label}
      aria-keyshortcuts={hotkey}
      title={title}
      onClick={onChoose}
    >
      {hotkey && <Key>{hotkey}</Key>}
      {children}
    </UnstyledButton>
  );
}
