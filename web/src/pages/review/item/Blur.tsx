// Blurs what may be hard to look at, until one points at it or presses Space.
import { useState, type ReactNode } from "react";
import { useKeys } from "~/shell/keys";

export function Blur({ on, children }: { on: boolean; children: ReactNode }) {
  const [shown, setShown] = useState(false);
  const free = () => !document.activeElement?.closest("a, button, summary");
  useKeys("Item", on ? [{ key: " ", does: "Show what is blurred", run: () => setShown(!shown), when: free }] : []);
  return <div className={on && !shown ? "blurred" : undefined}>{children}</div>;
}
