// A moment: short on the line, whole on hover.
import { fullTime, shortTime } from "~/text/format";

export function When({ at, className }: { at: string; className?: string }) {
  return (
    <time dateTime={at} title={fullTime(at)} className={className ? `num ${className}` : "num"}>
      {shortTime(at)}
    </time>
  );
}
