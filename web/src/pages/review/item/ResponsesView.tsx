// Responses beside each other: scrolled together, their difference by words on a key.
import { UnstyledButton } from "@mantine/core";
import { ArrowLeftRight, Diff, Rows3 } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode, type UIEvent } from "react";
import type { Response } from "~/api/review/task";
import type { Message } from "~/api/types";
import { textOf } from "~/pages/log/message";
import { useKeys } from "~/shell/keys";
import { wordDiff } from "~/text/diff";
import { plural } from "~/text/format";
import { Key } from "~/ui/Key";
import { MessageParts } from "./ItemView";
import { Messages } from "./Messages";
import { responseMessage } from "./itemText";
import { usePlaces } from "./place";
import { shareOf, targetOf } from "./sameScroll";
import { useSwap } from "./swap";

interface Props {
  prompt: Message[];
  responses: Response[];
  /** Which response stands where: `[1, 0]` has the second on the left. */
  order: number[];
  marks?: ReactNode[] | undefined;
}

export function ResponsesView({ prompt, responses, order, marks }: Props) {
  const [difference, setDifference] = useState(false);
  const panes = useRef<HTMLDivElement>(null);
  const swap = useSwap();
  const pair = responses.length === 2;
  const shown = order.map((i) => responses[i]!);
  const places = usePlaces(shown.length);
  useKeys("Responses", [
    ...(pair ? [{ key: "d", does: "Show the difference by words", run: () => setDifference((now) => !now) }] : []),
    ...(pair && swap ? [{ key: "x", does: "Swap the two", run: swap }] : []),
  ]);
  const changes = useMemo(() => (pair && difference ? wordDiff(textOf(responseMessage(shown[0]!)), textOf(responseMessage(shown[1]!))) : undefined), [pair, difference, shown]);
  const follow = useFollow(panes);
  return (
    <div className="stack">
      <Messages messages={prompt} label="Prompt" />
      {pair && (
        <div className="row pair-tools" role="group" aria-label="How the responses are shown">
          <UnstyledButton className="chip" aria-pressed={difference} onClick={() => setDifference(!difference)}>
            <Diff size={14} aria-hidden /> Difference <Key>d</Key>
          </UnstyledButton>
          {swap && (
            <UnstyledButton className="chip" onClick={swap}>
              <ArrowLeftRight size={14} aria-hidden /> Swap <Key>x</Key>
            </UnstyledButton>
          )}
          {changes && (
            <span className="dim pair-note">
              <Rows3 size={13} aria-hidden /> {plural(changes.filter(({ kind }) => kind !== "same").length, "change")}
            </span>
          )}
        </div>
      )}
      <div className={pair ? "panes panes-pair" : "panes"} ref={panes}>
        {shown.map((response, at) => (
          <section key={order[at]} className="card pane" aria-label={places[at]}>
            <header className="pane-head">
              <strong>{places[at]}</strong>
              {marks?.[at]}
            </header>
            <div className="pane-body" tabIndex={0} role="region" aria-label={`Text, ${places[at]?.toLowerCase() ?? ""}`} onScroll={follow}>
              {changes ? (
                <div className="diff" dir="auto">
                  {changes.map((change, i) => {
                    if (change.kind === "same") return <span key={i}>{change.text}</span>;
                    if ((change.kind === "removed") !== (at === 0)) return null;
                    return <mark key={i} className={at === 0 ? "diff-left" : "diff-right"}>{change.text}</mark>;
                  })}
                </div>
              ) : (
                <MessageParts message={responseMessage(response)} />
              )}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}

/** Where one pane goes, the others go too, each by the share of its own length. */
function useFollow(panes: React.RefObject<HTMLDivElement | null>) {
  const leading = useRef<Element>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  return (event: UIEvent<HTMLDivElement>) => {
    const from = event.currentTarget;
    // The others scroll because of this one: that is no wish of theirs.
    if (leading.current && leading.current !== from) return;
    leading.current = from;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => (leading.current = undefined), 120);
    for (const other of panes.current?.querySelectorAll<HTMLElement>(".pane-body") ?? []) {
      if (other !== from) other.scrollTop = targetOf(other, shareOf(from));
    }
  };
}
