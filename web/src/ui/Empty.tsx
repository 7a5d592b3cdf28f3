// Nothing here yet: why, and what to do next.
import type { ReactNode } from "react";

interface Props {
  art?: ReactNode;
  title: string;
  /** Where the page has no other heading. */
  heading?: "h1" | "h2";
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ art, title, heading: Heading = "h2", children, action }: Props) {
  return (
    <div className="empty">
      {art && (
        <div className="empty-art" aria-hidden>
          {art}
        </div>
      )}
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}
