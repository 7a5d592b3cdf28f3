// Something long, shown up to a height; a button shows all of it.
import { Button } from "@mantine/core";
import { useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";

/** A little more than allowed is shown: a button that uncovers one line is a nuisance. */
const SLACK = 1.15;

export function Fold({ px, children }: { px: number; children: ReactNode }) {
  const inner = useRef<HTMLDivElement>(null);
  const [tall, setTall] = useState(false);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const box = inner.current!;
    // It is called once at the beginning, before anything is painted. Measured here instead, each of
    // five hundred messages would have the page laid out for itself.
    let before: boolean | undefined;
    const watch = new ResizeObserver(() => {
      const now = box.offsetHeight > px * SLACK;
      if (now === before) return;
      before = now;
      flushSync(() => setTall(now));
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, [px]);
  const folded = tall && !open;
  return (
    <>
      {/* Who tabs into what is covered sees it. */}
      <div className={folded ? "folded" : undefined} style={folded ? { maxHeight: px } : undefined} onFocus={() => tall && setOpen(true)}>
        <div ref={inner} className="fold-inner">
          {children}
        </div>
      </div>
      {tall && (
        <Button size="compact-xs" variant="subtle" className="fold-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : "Show all"}
        </Button>
      )}
    </>
  );
}
