// A key of the keyboard, printed on the control it belongs to.
export function Key({ children }: { children: string }) {
  return (
    <kbd className="kbd kbd-hint" aria-hidden>
      {children}
    </kbd>
  );
}
