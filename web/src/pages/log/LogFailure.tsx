// Why a call failed: what it was, in the provider's own words, and all that it answered.
import type { LogError } from "~/api/types";
import { reasonOf } from "~/text/reason";
import { Code } from "~/ui/Code";

const KINDS: Record<string, string> = {
  upstream: "The provider answered with an error",
  unreachable: "The provider could not be reached",
  interrupted: "The provider broke off in the middle of the answer",
  rejected: "The call was refused",
};
const STATUSES: Record<number, string> = {
  401: "The provider did not accept the key",
  403: "The provider did not allow the call",
  404: "The provider does not know this model or address",
  429: "The provider had too many requests, or the quota is used up",
};

export function LogFailure({ error: { kind, status, message } }: { error: LogError }) {
  const { text, raw } = reasonOf(message);
  const what = (status !== null && kind === "upstream" ? STATUSES[status] : undefined) ?? KINDS[kind] ?? kind;
  return (
    <section className="problem" aria-label="Error">
      <div className="grow">
        <div className="problem-title">
          {what}
          {status !== null && ` (status ${status})`}
        </div>
        <p style={{ whiteSpace: "pre-wrap" }} dir="auto">
          {text}
        </p>
        {raw !== undefined && (
          <details className="problem-raw">
            <summary>As it came</summary>
            <Code code={raw} what="the provider's answer" wrap />
          </details>
        )}
      </div>
    </section>
  );
}
