// A line in which `backticks` are code, and nothing else is special.
import { Fragment } from "react";

export function Ticks({ text }: { text: string }) {
  return (
    <>
      {text.split(/`([^`\n]+)`/).map((piece, i) =>
        i % 2 === 1 ? (
          <code key={i} className="tick mono">
            {piece}
          </code>
        ) : (
          <Fragment key={i}>{piece}</Fragment>
        ),
      )}
    </>
  );
}
